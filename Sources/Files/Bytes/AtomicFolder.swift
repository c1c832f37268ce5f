import Foundation

/// A folder of files that appears whole or not at all.
///
/// Files go to a folder beside the output's, which then takes the output's name.
public enum AtomicFolder {
  /// Refuses a folder that cannot be written, before any work is done for it.
  ///
  /// One that exists is replaced only with `overwrite`, and only where it holds nothing but files
  /// of these names: no other folder is taken away by a slip of the hand.
  ///
  /// - Throws: `cannotWrite`.
  public static func check(_ path: String, of names: [String], overwrite: Bool) throws(FileError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw refused(path, "an output needs a path, found none")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw refused(path, "the output must be a folder, found a file")
    }
    guard overwrite else {
      throw refused(path, "the folder exists already; give --overwrite to replace it")
    }
    let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    if let other = found.sorted().first(where: { !names.contains($0) }) {
      throw refused(path, "only a folder of earlier results is replaced, and this one has \(other)")
    }
  }

  /// Writes a folder of files; missing folders on the way to it are made.
  ///
  /// - Throws: `cannotWrite` as ``check(_:of:overwrite:)`` does and where the system refuses.
  public static func write(
    _ files: [(name: String, bytes: [UInt8])], to path: String, overwrite: Bool
  ) throws(FileError) {
    try check(path, of: files.map(\.name), overwrite: overwrite)
    let target = trimmed(path)
    let parent = Destination.folder(of: target)
    let mark = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    let fresh = "\(parent)/.tweedie-\(mark).partial"
    let old = "\(parent)/.tweedie-\(mark).old"
    do {
      try FileManager.default.createDirectory(atPath: fresh, withIntermediateDirectories: true)
    } catch {
      throw refused(path, "the folder \(parent) must be writable, and it is not")
    }
    do throws(FileError) {
      for file in files {
        try AtomicFile.write(file.bytes, to: "\(fresh)/\(file.name)", overwrite: false)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: fresh)
      throw refused(path, error.rule)
    }
    let replaces = rename(target, old) == 0
    guard rename(fresh, target) == 0 else {
      let number = errno
      if replaces { rename(old, target) }
      try? FileManager.default.removeItem(atPath: fresh)
      throw refused(path, "the folder cannot be written: \(FileBytes.reason(number))")
    }
    if replaces { try? FileManager.default.removeItem(atPath: old) }
  }

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }

  private static func refused(_ path: String, _ rule: String) -> FileError {
    FileError(.cannotWrite, file: path, rule: rule)
  }
}
