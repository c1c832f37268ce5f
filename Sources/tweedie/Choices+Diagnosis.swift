/// Words about a diagnosis turned into values.
extension Choices {
  /// What shares are told of.
  enum DiagnosedField: String, CaseIterable {
    case score, denoiser
  }

  static func diagnosedField(_ word: String) throws -> DiagnosedField {
    guard let field = DiagnosedField(rawValue: word) else {
      throw unknown("field", word, DiagnosedField.allCases.map(\.rawValue))
    }
    return field
  }
}
