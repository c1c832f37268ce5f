import CKernels

extension [Double] {
  /// Puts the numbers in rising order: a radix sort, in time that grows with their count alone.
  package mutating func sortRising() {
    let size = count
    var room = [Double](repeating: 0, count: size)
    withUnsafeMutableBufferPointer { numbers in
      room.withUnsafeMutableBufferPointer {
        kernels_sort(numbers.baseAddress, size, $0.baseAddress)
      }
    }
  }
}
