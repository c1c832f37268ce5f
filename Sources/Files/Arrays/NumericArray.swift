public import Arrays

/// An array of a file: its shape and its numbers as Float32, row-major.
public struct NumericArray: Sendable, Equatable {
  /// Sizes, slowest first.
  public let shape: [Int]
  /// What the file held.
  public let elementType: ElementType
  /// All numbers, the last index running fastest; all finite.
  public let values: [Float]
  /// Where bytes 0…255 were mapped to; nil where numbers are as the file has them.
  public let byteRange: ClosedRange<Float>?

  /// An array from its parts; `values` holds the product of `shape` numbers.
  public init(
    shape: [Int], elementType: ElementType, values: [Float], byteRange: ClosedRange<Float>? = nil
  ) {
    precondition(Words.product(shape) == values.count, "An array holds what its shape says.")
    self.shape = shape
    self.elementType = elementType
    self.values = values
    self.byteRange = byteRange
  }

  /// The picture each row is, where the array is N × H × W or N × H × W × C with C 1 or 3.
  public var image: ImageShape? { ImageShape(trailing: Array(shape.dropFirst())) }

  /// The rows: N × 1 for one index, N × (product of the rest) for more.
  ///
  /// - Throws: `badData` where there is no index, no row, or a row holds no number.
  public func points(file: String) throws(FileError) -> Points {
    guard let count = shape.first else {
      throw .bad(file, nil, "the array must have rows, found a single number of shape ()")
    }
    guard count > 0, let dimension = Words.product(Array(shape.dropFirst())), dimension > 0 else {
      throw .bad(
        file, nil, "the array must hold at least one number, found shape \(Self.words(for: shape))")
    }
    return Points(count: count, dimension: dimension, values: values)
  }

  /// A shape as words: "60000 × 28 × 28".
  static func words(for shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : shape.map(String.init).joined(separator: " × ")
  }
}

/// An array as bytes whose length has been checked against its shape.
struct StoredArray {
  let shape: [Int]
  let elementType: ElementType
  var bigEndian = false
  var fortranOrder = false
  let bytes: [UInt8]
  var offset = 0
  let file: String
  /// What stands before "row" in a place, where the file holds more than one array.
  var label = ""

  /// The numbers; bytes of pictures are mapped to `range` where one is given.
  func decoded(mappingBytesTo range: ClosedRange<Float>?) throws(FileError) -> NumericArray {
    let line = byteLine(to: range)
    let values = numbers(in: bytes, from: offset, count: Words.product(shape) ?? 0, line)
    return try array(values, mappedTo: line?.range)
  }

  /// The same of `count` numbers whose bytes come some at a time out of `next`, which is given how
  /// many numbers to bring: a large array then never stands in memory twice.
  func decoded(
    _ count: Int, mappingBytesTo range: ClosedRange<Float>?,
    _ next: (_ count: Int) throws(FileError) -> [UInt8]
  ) throws(FileError) -> NumericArray {
    let line = byteLine(to: range)
    var values: [Float] = []
    values.reserveCapacity(count)
    while values.count < count {
      let size = min(count - values.count, Words.pieceSize)
      values += numbers(in: try next(size), from: 0, count: size, line)
    }
    return try array(values, mappedTo: line?.range)
  }

  private func byteLine(to range: ClosedRange<Float>?) -> ByteRange? {
    elementType == .uint8 && shape.count >= 3 ? range.map { ByteRange($0) } : nil
  }

  private func numbers(
    in bytes: [UInt8], from offset: Int, count: Int, _ line: ByteRange?
  ) -> [Float] {
    guard let table = line?.table else {
      return elementType.numbers(in: bytes, from: offset, count: count, bigEndian: bigEndian)
    }
    return Words.read(UInt8.self, in: bytes, from: offset, count: count, bigEndian: false) {
      table[Int($0)]
    }
  }

  private func array(
    _ numbers: [Float], mappedTo range: ClosedRange<Float>?
  ) throws(FileError) -> NumericArray {
    let values = fortranOrder && shape.count > 1 ? rowMajor(numbers) : numbers
    if elementType.mayBeInfinite, let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .bad(file, place(of: index), rule(for: values[index]))
    }
    return NumericArray(
      shape: shape, elementType: elementType, values: values, byteRange: range)
  }

  private func rule(for value: Float) -> String {
    elementType == .float64
      ? "every number must be finite as a Float32, found \(value) (stored as float64)"
      : "every number must be finite, found \(value)"
  }

  private func place(of index: Int) -> String {
    let dimension = max(1, shape.dropFirst().reduce(1, *))
    return "\(label)row \(index / dimension), column \(index % dimension) (counted from 0)"
  }

  /// From first index fastest to last index fastest.
  private func rowMajor(_ values: [Float]) -> [Float] {
    guard !values.isEmpty else { return values }
    var strides: [Int] = []
    var stride = 1
    for size in shape {
      strides.append(stride)
      stride *= size
    }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    var result: [Float] = []
    result.reserveCapacity(values.count)
    while true {
      result.append(values[source])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }
}
