import CZlib

/// NumPy's archive of arrays: a zip file with one `key.npy` an array.
public enum NPZ {
  /// One array to write.
  public struct Entry: Sendable {
    /// Its key, without `.npy`.
    public let key: String
    /// Sizes, slowest first.
    public let shape: [Int]
    /// The product of `shape` numbers, row-major.
    public let values: [Float]

    /// An array from its parts.
    public init(key: String, shape: [Int], values: [Float]) {
      self.key = key
      self.shape = shape
      self.values = values
    }
  }

  /// The array called `key`, or the only one where no key is given.
  ///
  /// - Throws: `notFound`; `badData` where the archive or the array is damaged, and, listing the
  ///   keys, where the key is not there or one is needed.
  public static func read(_ path: String, key: String? = nil) throws(FileError) -> NumericArray {
    try parse(OpenFile(path), file: path, key: key, mappingBytesTo: nil)
  }

  /// The array called `key` of the archive in `bytes`; bytes of pictures go to `range` if given.
  public static func parse(
    _ bytes: [UInt8], file: String, key: String? = nil,
    mappingBytesTo range: ClosedRange<Float>? = nil
  ) throws(FileError) -> NumericArray {
    try parse(HeldBytes(all: bytes), file: file, key: key, mappingBytesTo: range)
  }

  /// The array called `key` of the archive in a store, read some of it at a time.
  static func parse(
    _ store: any ByteStore, file: String, key: String?, mappingBytesTo range: ClosedRange<Float>?,
    about origin: DataOrigin = .zero
  ) throws(FileError) -> NumericArray {
    let zip = try ZipFile(store, file: file)
    let keys = zip.members.map { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name }
    let index = try choose(key, among: keys, file: file)
    let member = zip.members[index]
    return try zip.read(member) { content throws(FileError) in
      try NPY.parse(
        &content, of: member.size, file: file, label: "array \"\(Legible.value(keys[index]))\", ",
        mappingBytesTo: range, about: origin)
    }
  }

  /// The bytes of an archive of Float32 arrays, stored without compression.
  ///
  /// - Throws: `cannotWrite` where the archive would pass the 4 GiB of plain zip.
  public static func encode(_ entries: [Entry], file: String) throws(FileError) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let content = NPY.encode(shape: entry.shape, values: entry.values)
      guard archive.count + content.count < 0xf000_0000, entries.count < 0xffff else {
        throw FileError(
          .cannotWrite, file: file, rule: "an NPZ archive must stay below 4 GiB and 65,535 arrays")
      }
      // Invariant: `crc32_z` reads exactly the bytes of the buffer.
      let crc = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
      let name = Array((entry.key + ".npy").utf8)
      // Version 2.0, names in UTF-8, stored, the first day of 1980.
      var common = Words.bytes(of: [20, 0x0800, 0, 0, 0x0021] as [UInt16])
      common += Words.bytes(of: [UInt32(crc), UInt32(content.count), UInt32(content.count)])
      common += Words.bytes(of: [UInt16(name.count), 0])
      directory += [0x50, 0x4b, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10)
      directory += Words.bytes(of: [UInt32(archive.count)]) + name
      archive += [0x50, 0x4b, 3, 4] + common + name + content
    }
    let count = UInt16(entries.count)
    return archive + directory + [0x50, 0x4b, 5, 6] + Words.bytes(of: [0, 0, count, count])
      + Words.bytes(of: [UInt32(directory.count), UInt32(archive.count)]) + [0, 0]
  }

  private static func choose(_ key: String?, among keys: [String], file: String)
    throws(FileError) -> Int
  {
    let list = Legible.list(keys)
    guard !keys.isEmpty else { throw .bad(file, nil, "the archive must hold an array, found none") }
    guard let key else {
      if keys.count == 1 { return 0 }
      throw .bad(
        file, nil, "one array must be chosen with \(file):KEY, the keys being \(list)")
    }
    guard let index = keys.firstIndex(of: key) else {
      throw .bad(
        file, "key \"\(Legible.value(key))\"", "the key must be one of the archive's: \(list)")
    }
    return index
  }
}
