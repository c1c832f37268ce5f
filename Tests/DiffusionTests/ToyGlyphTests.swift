import Arrays
import Diffusion
import Testing

/// Drawn digits: the catalogue and the draws from it.
@Suite struct ToyGlyphTests {
  private static let images = GlyphCatalog.standard.images

  @Test func `pictures are grey levels with ink on them and paper around`() {
    #expect(Self.images.values.allSatisfy { (-1...1).contains($0) })
    for row in 0..<Self.images.count {
      let ink = Self.images.row(row).reduce(0) { $0 + ($1 + 1) / 2 }
      #expect(ink > 12 && ink < 100, "picture \(row): \(ink) pixels of ink")
    }
  }

  @Test func `no two pictures are alike`() {
    #expect(Set((0..<Self.images.count).map { Array(Self.images.row($0)) }).count == 4000)
  }

  /// Nearest neighbours show the same digit more often than not: with ten classes, one in ten
  /// by chance. n = 300, standard error below 0.03.
  @Test func `near pictures show the same digit`() {
    let queries = 300
    let agreeing = (0..<queries).count { query in
      let distances = (0..<Self.images.count).map { other -> Float in
        if other == query { return .infinity }
        return zip(Self.images.row(query), Self.images.row(other)).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
      }
      let nearest = distances.indices.min { distances[$0] < distances[$1] } ?? query
      return GlyphCatalog.label(nearest) == GlyphCatalog.label(query)
    }
    #expect(Double(agreeing) / Double(queries) > 0.8)
  }

  @Test func `draws are pictures of the class stated with a little noise`() throws {
    let samples = Samples(seed: 2, count: 300)
    let draws = Toy.glyphs.draws(samples)
    let labels = try #require(Toy.glyphs.labels(samples))
    // 0.02 in 256 pixels: ‖noise‖² = 0.1024, standard deviation 0.009.
    for row in 0..<draws.count {
      let own = (0..<Self.images.count).filter { GlyphCatalog.label($0) == labels[row] }
      let nearest = own.map { image in
        zip(draws.row(row), Self.images.row(image)).reduce(Float(0)) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
      }.min()
      #expect(try abs(#require(nearest) - 0.1024) < 0.06)
    }
  }

  /// n = 20 000 in ten classes: standard error 42 about 2000.
  @Test func `classes are balanced`() throws {
    let labels = try #require(Toy.glyphs.labels(Samples(seed: 1, count: 20_000)))
    for digit in 0..<10 { #expect(abs(labels.count { $0 == digit } - 2_000) < 5 * 42) }
    #expect(Toy.twoMoons.labels(Samples(seed: 1, count: 3)) == nil)
  }
}
