extension DataFile {
  /// What tells the data that `specifier` names from any other: the SHA-256 of the bytes of the file,
  /// as `sha256sum` prints it; of a folder, the joined digests of its pictures in their order.
  ///
  /// A selector is not part of it: who names data with one keeps the name beside the digest.
  ///
  /// - Throws: As ``read(_:range:)`` where there is no such file or folder.
  public static func digest(of specifier: String) throws(FileError) -> String {
    let (path, _) = try split(specifier)
    guard isFolder(path) else { return try SHA256.digest(ofFile: path) }
    var digests: [String] = []
    for file in try PictureFolder.files(in: path) {
      digests.append(try SHA256.digest(ofFile: file))
    }
    return SHA256.joined(digests)
  }
}
