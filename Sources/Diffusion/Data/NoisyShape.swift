import Foundation
package import Arrays

/// Gaussian noise of width w about curves or surfaces: p₀ = Σ share ∫ N(x; c(v), w² I) ρ(v) dv.
///
/// Points are drawn at continuous v. The score replaces the integral by quadrature, a mixture of
/// Gaussians of width w at the nodes. Along a curve, nodes a distance h apart sum a Gaussian of
/// width s = √(w² + σ²) with a relative error of about exp(−2π² s²/h²), the first term that
/// Poisson's sum formula leaves out: below 10⁻¹⁴ for h ≤ ¾ w, at every σ, for points that the
/// noised law may produce. Ends of open curves are what Gauss–Legendre nodes are for.
package struct NoisyShape: ToyLaw {
  /// How a parameter is spread over [0, 1].
  enum Parameter {
    /// ρ = 1, from end to end.
    case uniform
    /// ρ = 1, the end joining the beginning.
    case closed
    /// ρ = 2 v: even along a spiral from its middle.
    case rising

    /// The number below which a share `uniform` lies.
    func quantile(_ uniform: Double) -> Double {
      self == .rising ? uniform.squareRoot() : uniform
    }

    /// v_i and weights with Σ w_i f(v_i) ≈ ∫ f ρ dv; equal steps are as good as it gets where
    /// the curve closes.
    func nodes(_ count: Int) -> [(node: Double, weight: Double)] {
      switch self {
      case .closed:
        (0..<count).map { ((Double($0) + 0.5) / Double(count), 1 / Double(count)) }
      case .uniform: gaussLegendre(count)
      case .rising: gaussLegendre(count).map { ($0.node, 2 * $0.node * $0.weight) }
      }
    }
  }

  /// One curve (one parameter) or surface (two).
  struct Piece {
    /// Its part of the whole, up to a common factor.
    var share: Double
    var parameters: [Parameter]
    /// c(v).
    var at: @Sendable ([Double]) -> [Double]
  }

  let pieces: [Piece]
  /// w.
  package let width: Double
  private let mixture: MixtureScore

  init(width: Double, _ pieces: [Piece]) {
    self.pieces = pieces
    self.width = width
    mixture = Self.mixture(width, pieces, spacing: Self.spacing)
  }

  /// h/w.
  private static let spacing = 0.75

  package var dimension: Int { mixture.dimension }
  package var score: any DensityScore & MomentScore { mixture }

  /// The same score from nodes `factor` times as dense.
  package func refinedScore(_ factor: Double) -> MixtureScore {
    Self.mixture(width, pieces, spacing: Self.spacing / factor)
  }

  package func draws(_ samples: Samples) -> Points {
    var points = samples.normals(dimension: dimension, for: .toy)
    let stream = RandomStream(seed: samples.seed, for: .toy)
    let logShares = pieces.map { log($0.share) }
    let most = pieces.map(\.parameters.count).max() ?? 0
    for (row, sample) in samples.indices.enumerated() {
      let uniforms = stream.uniforms(1 + most, sample: sample, draw: 1)
      let piece = pieces[categorical(logits: logShares, at: uniforms[0])]
      let center = piece.at(zip(piece.parameters, uniforms.dropFirst()).map { $0.quantile($1) })
      for axis in 0..<dimension {
        points[row, axis] = Float(center[axis] + width * Double(points[row, axis]))
      }
    }
    return points
  }

  private static func mixture(
    _ width: Double, _ pieces: [Piece], spacing: Double
  ) -> MixtureScore {
    roundGaussians(
      pieces.flatMap { piece in
        nodes(of: piece, spacing: spacing * width).map {
          (piece.share * $0.weight, piece.at($0.node))
        }
      }, width: width)
  }

  /// Products of each parameter's nodes, no two neighbours farther apart than `spacing`.
  private static func nodes(
    of piece: Piece, spacing: Double
  ) -> [(node: [Double], weight: Double)] {
    var products: [(node: [Double], weight: Double)] = [([], 1)]
    for (axis, parameter) in piece.parameters.enumerated() {
      // Gaps shrink as one over the number of nodes: measured once with many, scaled.
      let probes = 256
      let gap = widestGap(of: piece, along: axis, parameter.nodes(probes).map(\.node))
      let nodes = parameter.nodes(max(8, Int((Double(probes) * gap / spacing).rounded(.up))))
      products = products.flatMap { product in
        nodes.map { (product.node + [$0.node], product.weight * $0.weight) }
      }
    }
    return products
  }

  /// The largest distance between c at neighbouring values of one parameter, the others at one half.
  private static func widestGap(of piece: Piece, along axis: Int, _ values: [Double]) -> Double {
    var middle = [Double](repeating: 0.5, count: piece.parameters.count)
    let places = values.map { value in
      middle[axis] = value
      return piece.at(middle)
    }
    return zip(places, places.dropFirst()).reduce(0) { widest, pair in
      let square = zip(pair.0, pair.1).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return max(widest, square.squareRoot())
    }
  }
}
