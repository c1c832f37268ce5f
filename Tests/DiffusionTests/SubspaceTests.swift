import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Scores that work in a plane of few coordinates.
@Suite struct SubspaceTests {
  static let (d, r) = (9, 3)

  /// Points on a plane of three coordinates of nine, as far from it as `off` says.
  private func data(_ count: Int, off: Float, seed: UInt64 = 1) -> Points {
    let samples = Samples(seed: seed, count: count)
    let directions = Samples(seed: 99, count: Self.r).normals(dimension: Self.d, for: .toy)
    let along = samples.normals(dimension: Self.r, for: .toy)
    let away = samples.normals(dimension: Self.d, for: .data)
    var x = Points(count: count, dimension: Self.d)
    for row in 0..<count {
      for axis in 0..<Self.d {
        var value = 0.5 + off * away[row, axis]
        for k in 0..<Self.r { value += along[row, k] * directions[k, axis] }
        x[row, axis] = value
      }
    }
    return x
  }

  private func largest(_ a: Points, _ b: Points) -> Double {
    zip(a.values, b.values).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
  }

  /// μ + Bᵀ y.
  private func lifted(_ y: Points, _ plane: Subspace) -> Points {
    var x = Points(count: y.count, dimension: plane.dimension)
    for row in 0..<y.count {
      for axis in 0..<plane.dimension {
        x[row, axis] = Float(
          (0..<plane.rank).reduce(plane.mean[axis]) {
            $0 + Double(y[row, $1]) * plane.basis[$1, axis]
          })
      }
    }
    return x
  }

  // Float32 leaves 10⁻⁷ of coordinates of some units.
  @Test func `points of a plane are their coordinates in it`() {
    let x = data(200, off: 0)
    let plane = Subspace(x, rank: Self.r)
    #expect(plane.rest < 1e-10)
    #expect(largest(lifted(plane.coordinates(of: x), plane), x) < 1e-5)
    // Two coordinates are too few.
    let flat = Subspace(x, rank: Self.r - 1)
    #expect(largest(lifted(flat.coordinates(of: x), flat), x) > 0.1)
    #expect(flat.rest > 1e-3)
  }

  // D of N(m, Λ) in the plane and N(0, ρ I) off it, against the Gaussian of all coordinates; both
  // in Double inside and rounded twice.
  @Test(arguments: [0.01, 0.3, 3, 100.0])
  func `a Gaussian in the plane and one off it are one Gaussian`(sigma: Double) throws {
    let plane = Subspace(data(500, off: 0.2), rank: Self.r)
    let inner = GaussianScore(mean: [0.5, -1, 0], covariance: .diagonal([2, 1, 0.1]))
    let score = SubspaceScore(inner, in: plane)
    let whole = GaussianScore(mean: score.mean, covariance: score.covariance)
    let samples = Samples(seed: 2, count: 150)
    let x = whole.noisedDraws(at: sigma, samples: samples)
    let exact = whole.denoised(x, at: .uniform(sigma))
    let error = largest(score.denoised(x, at: .uniform(sigma)), exact)
    Measured.record("subspace: error against the Gaussian", error)
    #expect(error < 1e-5)
    #expect(abs(score.covariance.trace - (3.1 + 6 * plane.rest)) < 1e-9)
    // A plane that takes the rest for nothing is told apart, unless noise hides the rest.
    let bare = try #require(Subspace(mean: plane.mean, basis: plane.basis, rest: 0))
    let other = SubspaceScore(inner, in: bare).denoised(x, at: .uniform(sigma))
    #expect(largest(other, exact) > 1e-4)
  }

  @Test func `rows have the same bits in every batch and on every number of threads`() {
    let plane = Subspace(data(500, off: 0.2), rank: Self.r)
    let score = SubspaceScore(
      GaussianScore(mean: [0, 0, 0], covariance: .diagonal([2, 1, 0.1])), in: plane)
    let x = data(150, off: 1, seed: 7)
    let noise = Noise.each((0..<150).map { 0.1 + 0.01 * Double($0) })
    func denoised(_ x: Points, _ noise: Noise, threads: Int) -> Points {
      score.denoised(
        x, at: noise,
        in: Workspace(
          samples: Samples(seed: 0, count: x.count), workers: Workers(count: threads)))
    }
    let all = denoised(x, noise, threads: 3)
    #expect(denoised(x, noise, threads: 1) == all)
    #expect(denoised(x.rows(70..<113), noise.rows(70..<113), threads: 2) == all.rows(70..<113))
  }

  @Test func `a basis that is not orthonormal is none`() {
    let skew = Matrix(rows: 2, columns: 3, values: [1, 0, 0, 0.1, 1, 0])
    #expect(Subspace(mean: [0, 0, 0], basis: skew, rest: 0) == nil)
    let right = Matrix(rows: 2, columns: 3, values: [1, 0, 0, 0, 1, 0])
    #expect(Subspace(mean: [0, 0, 0], basis: right, rest: 0) != nil)
    #expect(Subspace(mean: [0, 0, 0], basis: right, rest: -1) == nil)
    #expect(Subspace(mean: [0, 0], basis: right, rest: 0) == nil)
  }
}
