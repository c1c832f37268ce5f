import Foundation

/// All bytes of a file.
public enum FileBytes {
  /// Reads a whole regular file.
  ///
  /// - Throws: `notFound` where the file is missing or may not be opened; `badData` where it is
  ///   a folder, a pipe or a device, or larger than the machine's memory.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try open(path)
    defer { close(descriptor) }
    var failure: Int32 = 0
    // Invariant: `read` writes at most `size - filled` bytes at `filled`, inside the buffer.
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size, let base = buffer.baseAddress {
        let got = Foundation.read(descriptor, base + filled, size - filled)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
    }
    if failure != 0 {
      throw FileError(
        .badData, file: path, rule: "the file must be readable, but \(reason(failure))")
    }
    return bytes
  }

  /// Passes a file's bytes to `body` in pieces of at most `pieceSize`, in order.
  static func forEachPiece(of path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(FileError) {
    let (descriptor, _) = try open(path)
    defer { close(descriptor) }
    var piece = [UInt8](repeating: 0, count: pieceSize)
    while true {
      let got = Foundation.read(descriptor, &piece, pieceSize)
      if got < 0 && errno == EINTR { continue }
      if got < 0 {
        throw FileError(
          .badData, file: path, rule: "the file must be readable, but \(reason(errno))")
      }
      if got == 0 { return }
      body(piece[..<got])
    }
  }

  /// Large enough that a system call costs nothing beside its bytes.
  static let pieceSize = 1 << 18

  /// The system's words for an error number, in lower case to stand inside a sentence.
  static func reason(_ number: Int32) -> String {
    let words = String(cString: strerror(number))
    return words.prefix(1).lowercased() + words.dropFirst()
  }

  /// An open descriptor and the size of a regular file.
  fileprivate static func open(_ path: String) throws(FileError) -> (descriptor: Int32, size: Int) {
    // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    let descriptor = Foundation.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if descriptor < 0 {
      let why = errno == ENOENT ? "there is no such file" : "the file cannot be opened: "
      throw FileError(
        .notFound, file: path, rule: errno == ENOENT ? why : why + reason(errno))
    }
    var status = stat()
    fstat(descriptor, &status)
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let what = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe or a device"
      throw .bad(path, nil, "the path must name a regular file, found \(what)")
    }
    guard UInt64(status.st_size) <= ProcessInfo.processInfo.physicalMemory else {
      close(descriptor)
      throw .bad(
        path, nil, "the file must fit in memory, but it holds \(status.st_size) bytes")
    }
    return (descriptor, Int(status.st_size))
  }
}

/// A file that is open for reading, here and there; closed with its last reference.
final class OpenFile: ByteStore {
  let count: Int
  private let path: String
  private let descriptor: Int32

  /// - Throws: As ``FileBytes/read(_:)`` does.
  init(_ path: String) throws(FileError) {
    self.path = path
    (descriptor, count) = try FileBytes.open(path)
  }

  deinit { close(descriptor) }

  func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "Bytes lie in the file.")
    var failure: Int32 = 0
    // Invariant: `pread` writes at most `range.count - filled` bytes at `filled`, in the buffer.
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count, let base = buffer.baseAddress {
        let at = off_t(range.lowerBound + filled)
        let got = pread(descriptor, base + filled, range.count - filled, at)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
    }
    guard failure == 0 else {
      throw .bad(path, nil, "the file must be readable, but \(FileBytes.reason(failure))")
    }
    guard bytes.count == range.count else {
      throw .bad(path, nil, "the file must stay as it is while it is read, but it was cut short")
    }
    return bytes
  }
}
