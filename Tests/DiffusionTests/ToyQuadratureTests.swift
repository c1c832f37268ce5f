import Arrays
import Diffusion
import Testing

/// Curves and surfaces are integrals; their scores are sums over nodes.
@Suite struct ToyQuadratureTests {
  private static let shapes = Toy.all.filter { $0.law is NoisyShape }

  /// How far two scores differ on a thousand noised draws: denoiser per deviation, log p, trace.
  private static func differences(
    _ toy: Toy, _ a: any DensityScore, _ b: any DensityScore, sigma: Double
  ) -> (denoiser: Double, logDensity: Double, trace: Double) {
    let x = NoisedDraws(toy, sigma: sigma, count: 1_000).noised
    func largest(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    let (first, second) = (toyWorkspace(for: x), toyWorkspace(for: x))
    let level = Noise.uniform(sigma)
    return (
      largest(
        a.denoised(x, at: level, in: first).values.map(Double.init),
        b.denoised(x, at: level, in: second).values.map(Double.init)) / toy.score.deviation,
      largest(a.logDensity(x, at: level, in: first), b.logDensity(x, at: level, in: second)),
      largest(a.jacobianTrace(x, at: level, in: first), b.jacobianTrace(x, at: level, in: second))
    )
  }

  /// Float32 rounds a coordinate of 3 by 2·10⁻⁷; log p and trace are in Double, where the formula
  /// promises 10⁻¹⁴ at typical points and far more than 10⁻⁸ at any of these.
  @Test(arguments: shapes, [1e-3, 1e-2, 0.1, 1, 10])
  func `twice the nodes make no difference`(_ toy: Toy, _ sigma: Double) throws {
    let shape = try #require(toy.law as? NoisyShape)
    let gap = Self.differences(toy, toy.score, shape.refinedScore(2), sigma: sigma)
    #expect(gap.denoiser < 1e-6)
    #expect(gap.logDensity < 1e-8)
    #expect(gap.trace < 1e-6)
  }

  /// Nodes three widths apart are seen as beads.
  @Test(arguments: shapes)
  func `control: a quarter of the nodes makes a difference`(_ toy: Toy) throws {
    let shape = try #require(toy.law as? NoisyShape)
    let gap = Self.differences(toy, toy.score, shape.refinedScore(0.25), sigma: 1e-3)
    #expect(gap.denoiser > 1e-6)
    #expect(gap.logDensity > 1e-3)
  }

  @Test func `Gauss-Legendre nodes integrate polynomials exactly and no further`() {
    for count in [1, 2, 8, 401] {
      let nodes = gaussLegendre(count)
      for power in [0, 1, 2 * count - 1] {
        let sum = nodes.reduce(0) { $0 + $1.weight * Self.power($1.node, power) }
        #expect(abs(sum * Double(power + 1) - 1) < 1e-11)
      }
    }
    let beyond = gaussLegendre(2).reduce(0) { $0 + $1.weight * Self.power($1.node, 4) }
    #expect(abs(beyond * 5 - 1) > 1e-3)
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test func `toys of moderate size`() {
    for toy in Self.shapes {
      let count = (toy.score as? MixtureScore)?.components.count ?? 0
      #expect(count > 100 && count < 2_500, "\(toy.name): \(count) components")
    }
  }
}
