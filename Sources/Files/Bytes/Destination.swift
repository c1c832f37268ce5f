import Foundation

/// A path that may be written, with its folder there.
struct Destination {
  let path: String
  /// Where the bytes go: the path, or what it links to.
  let target: String
  /// The permissions of the file that will be replaced; nil where there is none.
  let mode: mode_t?

  init(_ path: String, overwrite: Bool, createParents: Bool) throws(FileError) {
    self.path = path
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw FileError(.cannotWrite, file: path, rule: "an output needs a path, found none")
    }
    var status = stat()
    if stat(path, &status) == 0 {
      mode = try Self.replaceable(path, status.st_mode, overwrite: overwrite)
      target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      return
    }
    guard errno == ENOENT || errno == ENOTDIR else { throw Self.refused(path, errno) }
    guard !path.hasSuffix("/") else {
      throw FileError(.cannotWrite, file: path, rule: "an output must be a file, found a folder")
    }
    let folder = Self.folder(of: path)
    if createParents { try Self.makeFolders(folder, for: path) }
    guard stat(folder, &status) == 0 else {
      throw FileError(
        .cannotWrite, file: path, rule: "the folder \(folder) must exist, and it does not")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(
        .cannotWrite, file: path, rule: "\(folder) must be a folder, and it is a file")
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw Self.refused(path, errno) }
    mode = nil
    target = path
  }

  /// Writes to a new file in the target's folder and returns its path.
  func writeBeside(_ pieces: some Sequence<[UInt8]>) throws(FileError) -> String {
    let name = ".tweedie-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).partial"
    let temporary = Self.folder(of: target) + "/" + name
    // The mode is cut down by the user's mask, as for any new file.
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.refused(path, errno) }
    var number: Int32 = 0
    for piece in pieces where number == 0 { number = Self.writeAll(piece, to: descriptor) }
    if let mode, number == 0 { fchmod(descriptor, mode & 0o777) }
    if number == 0 && fsync(descriptor) != 0 { number = errno }
    if close(descriptor) != 0 && number == 0 { number = errno }
    guard number == 0 else {
      unlink(temporary)
      throw Self.refused(path, number)
    }
    return temporary
  }

  static func exists(_ path: String) -> FileError {
    FileError(
      .cannotWrite, file: path,
      rule: "the file exists already; give --overwrite to replace it")
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func refused(_ path: String, _ number: Int32) -> FileError {
    FileError(
      .cannotWrite, file: path, rule: "the file cannot be written: \(FileBytes.reason(number))")
  }

  private static func replaceable(_ path: String, _ mode: mode_t, overwrite: Bool)
    throws(FileError) -> mode_t
  {
    switch mode & S_IFMT {
    case S_IFREG:
      guard overwrite else { throw exists(path) }
      return mode
    case S_IFDIR:
      throw FileError(.cannotWrite, file: path, rule: "an output must be a file, found a folder")
    default:
      throw FileError(
        .cannotWrite, file: path, rule: "an output must be a regular file, found a pipe or a device"
      )
    }
  }

  private static func makeFolders(_ folder: String, for path: String) throws(FileError) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        .cannotWrite, file: path, rule: "the folder \(folder) must exist, and it cannot be made")
    }
  }

  /// Zero, or the number of the system's error.
  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    // Invariant: `write` reads at most `count - done` bytes from `done` on, inside the buffer.
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let wrote = write(descriptor, base + done, buffer.count - done)
        if wrote < 0 && errno == EINTR { continue }
        if wrote <= 0 { return wrote < 0 ? errno : EIO }
        done += wrote
      }
      return 0
    }
  }
}
