/// Memory that lives as long as its owner.
final class Arena {
  private var pieces: [UnsafeMutableRawPointer] = []

  deinit { for piece in pieces { piece.deallocate() } }

  private func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    let piece = UnsafeMutableRawPointer.allocate(byteCount: max(64, bytes), alignment: 64)
    pieces.append(piece)
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
