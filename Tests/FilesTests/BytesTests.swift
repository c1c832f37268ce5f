import Files
import Foundation
import Testing

@Suite struct `SHA-256` {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `digests are the published ones`(text: String, digest: String) {
    #expect(SHA256.digest(of: text.utf8) == digest)
  }

  @Test func `pieces of any length give the digest of the whole`() {
    let bytes = (0..<300).map { UInt8($0 & 255) }
    for size in [1, 3, 55, 63, 64, 65, 128, 299] {
      var digest = SHA256()
      for start in stride(from: 0, to: bytes.count, by: size) {
        digest.update(bytes[start..<min(bytes.count, start + size)])
      }
      #expect(digest.finished() == SHA256.digest(of: bytes))
    }
  }

  @Test func `a file has the digest of its bytes`() throws {
    try withFolder { folder in
      let bytes = [UInt8](repeating: 0x61, count: 1_000_000)
      try put(bytes, folder + "/a")
      #expect(try SHA256.digest(ofFile: folder + "/a") == SHA256.digest(of: bytes))
    }
  }
}

@Suite struct `Reading bytes` {
  @Test func `a missing file is exit code 66, a folder and a pipe are 65`() throws {
    try withFolder { folder in
      mkfifo(folder + "/pipe", 0o600)
      for (path, code, words) in [
        (folder + "/none", 66, "there is no such file"), (folder, 65, "found a folder"),
        (folder + "/pipe", 65, "a pipe or a device"), ("/dev/zero", 65, "a pipe or a device"),
      ] {
        do throws(FileError) {
          _ = try FileBytes.read(path)
          Issue.record("\(path) was read")
        } catch {
          #expect(error.exitCode == Int32(code) && error.message.contains(words))
        }
      }
    }
  }
}

@Suite struct `Atomic files` {
  @Test func `an existing file is kept without overwrite and replaced with it`() throws {
    try withFolder { folder in
      let path = folder + "/a.npy"
      try AtomicFile.write([1], to: path, overwrite: false)
      let text = sentence { () throws(FileError) in
        try AtomicFile.write([2], to: path, overwrite: false)
      }
      #expect(text.contains("--overwrite") && text.contains(path))
      #expect(try FileBytes.read(path) == [1])
      try AtomicFile.write([2, 3], to: path, overwrite: true)
      #expect(try FileBytes.read(path) == [2, 3])
      #expect(try names(folder) == ["a.npy"])
    }
  }

  @Test func `what cannot be written is exit code 73 and leaves nothing`() throws {
    try withFolder { folder in
      try put("x", folder + "/file")
      for (path, words) in [
        (folder, "found a folder"), (folder + "/none/a", "/none must exist"),
        (folder + "/new/", "found a folder"), (folder + "/file/a", "must be a folder"),
        ("/dev/null", "a pipe or a device"), ("", "needs a path"),
        (folder + "/" + String(repeating: "n", count: 300), "cannot be written"),
      ] {
        do throws(FileError) {
          try AtomicFile.write([1], to: path, overwrite: true)
          Issue.record("\(path) was written")
        } catch {
          #expect(error.exitCode == 73 && error.message.contains(words), "\(error.message)")
        }
      }
      #expect(try names(folder) == ["file"])
    }
  }

  @Test(.enabled(if: getuid() != 0, "the superuser may write anywhere"))
  func `a folder without permission is refused`() throws {
    try withFolder { folder in
      chmod(folder, 0o500)
      defer { chmod(folder, 0o700) }
      let text = sentence { () throws(FileError) in
        try AtomicFile.write([1], to: folder + "/a", overwrite: true)
      }
      #expect(text.contains("permission denied"))
    }
  }

  @Test func `folders are made only on request`() throws {
    try withFolder { folder in
      let path = folder + "/a/b/c"
      try AtomicFile.write([1], to: path, overwrite: false, createParents: true)
      #expect(try FileBytes.read(path) == [1])
    }
  }

  @Test func `several files appear together or not at all`() throws {
    try withFolder { folder in
      var files = AtomicFile(overwrite: false)
      try files.stage([1], for: folder + "/a")
      try files.stage([2], for: folder + "/b")
      #expect(!FileManager.default.fileExists(atPath: folder + "/a"))
      // Another program takes the second name meanwhile.
      try put([9], folder + "/b")
      #expect(sentence { () throws(FileError) in try files.commit() }.contains("--overwrite"))
      #expect(try names(folder) == ["b"])
      #expect(try FileBytes.read(folder + "/b") == [9])

      files = AtomicFile(overwrite: false)
      try files.stage([1], for: folder + "/a")
      #expect(
        sentence { () throws(FileError) in try files.stage([1], for: folder + "/a") }
          .contains("twice"))
      #expect(sentence { () throws(FileError) in try files.stage([1], for: folder) } != "")
      #expect(try names(folder) == ["b"])

      files = AtomicFile(overwrite: true)
      try files.stage([1], for: folder + "/a")
      try files.stage([2], for: folder + "/b")
      try files.commit()
      #expect(try FileBytes.read(folder + "/a") + FileBytes.read(folder + "/b") == [1, 2])
    }
  }

  @Test func `a replaced file keeps its permissions, and a link keeps pointing`() throws {
    try withFolder { folder in
      try put([1], folder + "/a")
      chmod(folder + "/a", 0o600)
      symlink("a", folder + "/link")
      try AtomicFile.write([2], to: folder + "/link", overwrite: true)
      #expect(try FileBytes.read(folder + "/a") == [2])
      var status = stat()
      lstat(folder + "/link", &status)
      #expect(status.st_mode & S_IFMT == S_IFLNK)
      stat(folder + "/a", &status)
      #expect(status.st_mode & 0o777 == 0o600)
    }
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }
}
