/// The model descriptions of this folder, inside the program: they are there wherever it runs.
public enum ReadyModels {
  /// Descriptions by name, in the order of a list to choose from.
  private static let descriptions: [(name: String, bytes: [UInt8])] = [
    ("eight-gaussians", PackageResources.eight_gaussians_json)
  ]

  /// The names.
  public static var names: [String] { descriptions.map(\.name) }

  /// The description of that name, as JSON; nil where there is none.
  public static func bytes(named name: String) -> [UInt8]? {
    descriptions.first { $0.name == name }?.bytes
  }
}
