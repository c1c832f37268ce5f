import Arrays

extension Toy {
  /// Digits of 16 × 16 pixels: a picture of ``GlyphCatalog/standard`` picked evenly, and Gaussian
  /// noise of 0.02 on every pixel.
  ///
  /// The catalogue is finite, and that is the definition: the score is exactly that of 4000 round
  /// Gaussians. What a sampler draws from it are pictures of the catalogue. Deviation 0.53.
  public static let glyphs = Toy(
    "glyphs", "drawn digits of 16 by 16 pixels",
    image: (width: GlyphCatalog.side, height: GlyphCatalog.side), GlyphLaw())
}

/// A picture of the catalogue with pixel noise. Drawn at first use.
struct GlyphLaw: ToyLaw {
  /// A hundredth of the range from paper to ink: less than three grey levels of 256.
  private static let width = 0.02
  private static let score = WidenedScore(
    EmpiricalScore(GlyphCatalog.standard.images), width: width)

  var dimension: Int { GlyphCatalog.side * GlyphCatalog.side }
  var score: any DensityScore & MomentScore { Self.score }

  func draws(_ samples: Samples) -> Points {
    var points = samples.normals(dimension: dimension, for: .toy)
    let chosen = GlyphCatalog.standard.images.rows(at: pictures(samples))
    points.combine(.uniform(Float(Self.width)), plus: .uniform(1), chosen)
    return points
  }

  func labels(_ samples: Samples) -> [Int]? { pictures(samples).map(GlyphCatalog.label) }

  /// The picture of each sample.
  private func pictures(_ samples: Samples) -> [Int] {
    let count = Double(GlyphCatalog.standard.images.count)
    return samples.uniforms(for: .toy, draw: 1).map { Int($0 * count) }
  }
}
