/// What is wrong with a file, in one sentence that names the file, the place and the rule.
public struct FileError: Error, Sendable, Equatable {
  /// Whose fault it is; each has its own exit code.
  public enum Kind: Sendable, Equatable {
    /// The input is not there, or may not be opened. Exit code 66.
    case notFound
    /// The input is there and breaks a rule of its format. Exit code 65.
    case badData
    /// The output cannot be written. Exit code 73.
    case cannotWrite
  }

  /// Whose fault it is.
  public let kind: Kind
  /// The path, as the user wrote it where that is known.
  public let file: String
  /// Where in the file: "byte 128", "line 3, column 2", "key \"components[2].mean\"".
  public let place: String?
  /// What must hold and what was found instead, without a full stop.
  public let rule: String

  /// An error made from its parts.
  public init(_ kind: Kind, file: String, place: String? = nil, rule: String) {
    self.kind = kind
    self.file = file
    self.place = place
    self.rule = rule
  }

  /// One sentence on one line: file, place, rule, without anything a terminal obeys.
  public var message: String {
    let name = file.isEmpty ? "\"\"" : Legible.path(file)
    let (place, rule) = (self.place.map(Legible.sentence), Legible.sentence(self.rule))
    let end = rule.hasSuffix("?") ? "" : "."
    guard let place else { return "\(name): \(rule)\(end)" }
    return "\(name), \(place): \(rule)\(end)"
  }

  /// The exit code of a command that ends with this error (sysexits: 65, 66, 73).
  public var exitCode: Int32 {
    switch kind {
    case .notFound: 66
    case .badData: 65
    case .cannotWrite: 73
    }
  }

  static func bad(_ file: String, _ place: String? = nil, _ rule: String) -> FileError {
    FileError(.badData, file: file, place: place, rule: rule)
  }
}

extension FileError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
