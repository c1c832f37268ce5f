import CKernels

/// Memory that lives as long as its owner, and large pieces of which then go back to the system: of
/// the products of one batch nothing is left beside those of the next.
final class Arena {
  private var pieces: [(start: UnsafeMutableRawPointer, mapped: Int)] = []

  deinit {
    for piece in pieces {
      if piece.mapped > 0 {
        kernels_unmap(piece.start, piece.mapped)
      } else {
        piece.start.deallocate()
      }
    }
  }

  /// From here on a piece has pages of its own.
  private static let large = 1 << 18

  private func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    if bytes >= Self.large, let piece = kernels_map(bytes) {
      pieces.append((piece, bytes))
      return piece
    }
    let piece = UnsafeMutableRawPointer.allocate(byteCount: max(64, bytes), alignment: 64)
    pieces.append((piece, 0))
    return piece
  }

  /// Room for `count` numbers of a plain type.
  func room<Number: BitwiseCopyable>(
    for count: Int, of type: Number.Type
  ) -> UnsafeMutablePointer<Number> {
    allocate(count * MemoryLayout<Number>.stride).bindMemory(to: type, capacity: count)
  }
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    allocate(count * 4).bindMemory(to: Float.self, capacity: count)
  }
  func doubles(_ count: Int) -> UnsafeMutablePointer<Double> {
    allocate(count * 8).bindMemory(to: Double.self, capacity: count)
  }
  func integers(_ count: Int) -> UnsafeMutablePointer<Int32> {
    allocate(count * 4).bindMemory(to: Int32.self, capacity: count)
  }
}
