import Foundation

/// Files that appear whole or not at all.
///
/// Bytes go to a temporary file in the folder of the output, reach the disk, and then take the
/// output's name. A reader sees the old file or the new one, never half of one.
public struct AtomicFile: Sendable {
  private struct Staged {
    let path: String
    let target: String
    let temporary: String
    let existed: Bool
  }

  /// Whether an existing file may be replaced.
  public let overwrite: Bool
  /// Whether missing folders on the way to an output are made.
  public let createParents: Bool
  private var staged: [Staged] = []

  /// A set of outputs that will appear together; nothing is written yet.
  public init(overwrite: Bool, createParents: Bool = false) {
    self.overwrite = overwrite
    self.createParents = createParents
  }

  /// Writes one file.
  ///
  /// - Throws: `cannotWrite` where the file exists and `overwrite` is false, the folder is
  ///   missing, the path is a folder or a device, or the system refuses. Nothing is left behind.
  public static func write(
    _ bytes: [UInt8], to path: String, overwrite: Bool, createParents: Bool = false
  ) throws(FileError) {
    try write(
      pieces: CollectionOfOne(bytes), to: path, overwrite: overwrite, createParents: createParents)
  }

  /// Writes one file of bytes that come some at a time.
  public static func write(
    pieces: some Sequence<[UInt8]>, to path: String, overwrite: Bool, createParents: Bool = false
  ) throws(FileError) {
    var files = AtomicFile(overwrite: overwrite, createParents: createParents)
    try files.stage(pieces: pieces, for: path)
    try files.commit()
  }

  /// Refuses an output that cannot be written, before any work is done for it.
  public static func check(_ path: String, overwrite: Bool, createParents: Bool = false)
    throws(FileError)
  {
    _ = try Destination(path, overwrite: overwrite, createParents: createParents)
  }

  /// Writes the bytes of one output beside its place; its name appears with `commit()`.
  ///
  /// On an error every output staged so far is dropped.
  public mutating func stage(_ bytes: [UInt8], for path: String) throws(FileError) {
    try stage(pieces: CollectionOfOne(bytes), for: path)
  }

  /// The same for bytes that come some at a time: a large output is never whole in memory.
  public mutating func stage(
    pieces: some Sequence<[UInt8]>, for path: String
  ) throws(FileError) {
    do throws(FileError) {
      let destination = try Destination(
        path, overwrite: overwrite, createParents: createParents)
      if staged.contains(where: { $0.target == destination.target }) {
        throw FileError(
          .cannotWrite, file: path,
          rule: "each output needs a path of its own, found this one twice")
      }
      let temporary = try destination.writeBeside(pieces)
      staged.append(
        Staged(
          path: path, target: destination.target, temporary: temporary,
          existed: destination.mode != nil))
    } catch {
      discard()
      throw error
    }
  }

  /// Gives every staged output its name.
  ///
  /// Should the system refuse one of them, those that were new are taken away again.
  public mutating func commit() throws(FileError) {
    for (index, file) in staged.enumerated() {
      let number = Self.place(file.temporary, at: file.target, replacing: overwrite)
      guard number != 0 else { continue }
      for done in staged[..<index] where !done.existed { unlink(done.target) }
      staged.removeFirst(index)
      discard()
      if number == EEXIST { throw Destination.exists(file.path) }
      throw FileError(
        .cannotWrite, file: file.path,
        rule: "the file cannot be written: \(FileBytes.reason(number))")
    }
    staged = []
  }

  /// Takes the temporary files away; the outputs never appear.
  public mutating func discard() {
    for file in staged { unlink(file.temporary) }
    staged = []
  }

  /// Moves a file to its name: zero, or the number of the system's error.
  private static func place(_ temporary: String, at target: String, replacing: Bool) -> Int32 {
    if !replacing {
      // A link, unlike a rename, fails where a file has appeared since the check.
      if link(temporary, target) == 0 {
        unlink(temporary)
        return 0
      }
      if errno == EEXIST { return EEXIST }
      // File systems without links: the check made before staging must do.
    }
    return rename(temporary, target) == 0 ? 0 : errno
  }
}
