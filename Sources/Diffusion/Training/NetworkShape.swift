/// The kind of a network and its sizes.
public enum NetworkShape: Sendable, Equatable {
  /// Dense layers, for points of few coordinates.
  case mlp(MLPShape)
  /// Convolutions, for pictures.
  case unet(UNetShape)

  /// Coordinates of a point, d.
  public var dimension: Int {
    switch self {
    case .mlp(let shape): shape.dimension
    case .unet(let shape): shape.dimension
    }
  }

  /// Names and sizes of the parameters, in order.
  public var parameters: [(name: String, sizes: [Int])] {
    network.layout.slices.map { ($0.name, $0.sizes) }
  }

  /// The network without weights.
  package var network: any Network {
    switch self {
    case .mlp(let shape): MLP(shape)
    case .unet(let shape): UNet(shape)
    }
  }
}
