import CReadyModels

/// The models of this folder, inside the program: they are there wherever it runs.
///
/// `scripts/models` makes them; each names the command that made it.
public enum ReadyModels {
  /// Descriptions by name, in the order of a list to choose from.
  private static let descriptions: [(name: String, bytes: [UInt8])] = [
    ("glyphs", PackageResources.glyphs_json),
    ("eight-gaussians", PackageResources.eight_gaussians_json),
    ("gaussian", PackageResources.gaussian_json),
    ("grid", PackageResources.grid_json),
    ("two-moons", PackageResources.two_moons_json),
    ("swiss-roll", PackageResources.swiss_roll_json),
    ("checkerboard", PackageResources.checkerboard_json),
    ("rings", PackageResources.rings_json),
    ("spiral", PackageResources.spiral_json),
    ("pinwheel", PackageResources.pinwheel_json),
    ("s-curve", PackageResources.s_curve_json),
    ("gaussian-neighbors", PackageResources.gaussian_neighbors_json),
    ("eight-gaussians-neighbors", PackageResources.eight_gaussians_neighbors_json),
    ("grid-neighbors", PackageResources.grid_neighbors_json),
    ("two-moons-neighbors", PackageResources.two_moons_neighbors_json),
    ("swiss-roll-neighbors", PackageResources.swiss_roll_neighbors_json),
    ("checkerboard-neighbors", PackageResources.checkerboard_neighbors_json),
    ("rings-neighbors", PackageResources.rings_neighbors_json),
    ("spiral-neighbors", PackageResources.spiral_neighbors_json),
    ("pinwheel-neighbors", PackageResources.pinwheel_neighbors_json),
    ("s-curve-neighbors", PackageResources.s_curve_neighbors_json),
    ("glyphs-gaussian", PackageResources.glyphs_gaussian_json),
  ]

  /// Trained networks, in the order of `ready_networks.c`.
  private static let networks = [
    "two-moons-network", "swiss-roll-network", "checkerboard-network", "glyphs-network",
  ]

  /// The names, networks last.
  public static var names: [String] { descriptions.map(\.name) + networks }

  /// The description of that name, as JSON; nil where there is none.
  public static func bytes(named name: String) -> [UInt8]? {
    descriptions.first { $0.name == name }?.bytes
  }

  /// The trained network of that name, as safetensors; nil where there is none.
  public static func network(named name: String) -> [UInt8]? {
    guard let index = networks.firstIndex(of: name) else { return nil }
    return (0..<ready_network_size(index)).map { ready_network_byte(index, $0) }
  }
}
