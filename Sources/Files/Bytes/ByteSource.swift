/// Bytes that come one after another, from memory, a file, or out of a compressed stream.
protocol ByteSource {
  /// The next `count` bytes; fewer only where the bytes end.
  mutating func next(_ count: Int) throws(FileError) -> [UInt8]
  /// No more bytes than this can still come: nothing larger is ever allocated.
  var atMost: Int { get }
}

/// Bytes that are fetched by their places: what is read of a large file never stands in memory
/// beside what it becomes.
protocol ByteStore: Sendable {
  /// How many there are.
  var count: Int { get }
  /// Those of a range that lies inside.
  func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8]
}

extension ByteStore {
  /// The first bytes, at most so many.
  func prefix(_ most: Int) throws(FileError) -> [UInt8] { try bytes(0..<min(most, count)) }
}

/// Bytes held in memory.
struct HeldBytes: ByteStore {
  let all: [UInt8]

  var count: Int { all.count }
  func bytes(_ range: Range<Int>) -> [UInt8] { Array(all[range]) }
}

/// The bytes of a range of a store, from the front.
struct StoreBytes: ByteSource {
  let store: any ByteStore
  private(set) var position: Int
  let end: Int

  init(_ store: any ByteStore) { self.init(store, in: 0..<store.count) }

  init(_ store: any ByteStore, in range: Range<Int>) {
    self.store = store
    (position, end) = (range.lowerBound, range.upperBound)
  }

  var atMost: Int { end - position }

  mutating func next(_ count: Int) throws(FileError) -> [UInt8] {
    let last = position + min(count, atMost)
    defer { position = last }
    return try store.bytes(position..<last)
  }
}
