import Arrays
import Diffusion
import Foundation
import Testing

extension FitCase {
  /// Three Gaussians of different weight, shape and tilt, well apart.
  static let three = [
    MixtureScore.Component(
      weight: 0.5, mean: [0, 0], covariance: tilted(1, 0.25, angle: 0.5)),
    MixtureScore.Component(
      weight: 0.3, mean: [8, 2], covariance: tilted(0.5, 0.5, angle: 0)),
    MixtureScore.Component(
      weight: 0.2, mean: [-3, 9], covariance: tilted(2, 0.1, angle: -1)),
  ]

  /// A covariance in the plane: variances along an axis at `angle` and across it.
  static func tilted(_ along: Double, _ across: Double, angle: Double) -> Covariance {
    let (c, s) = (cos(angle), sin(angle))
    let directions = Matrix(rows: 2, columns: 2, values: [c, s, -s, c])
    return Covariance.lowRank(directions: directions, variances: [along, across], rest: 0)
      ?? .isotropic(along, dimension: 2)
  }

  /// K equal Gaussians of deviation `width` on a circle of radius 2.
  static func ringOfGaussians(_ count: Int, width: Double) -> MixtureScore {
    MixtureScore(
      (0..<count).map {
        let angle = 2 * Double.pi * Double($0) / Double(count)
        return .init(
          weight: 1, mean: [2 * cos(angle), 2 * sin(angle)],
          covariance: .isotropic(width * width, dimension: 2))
      })
  }

  static func draws(_ components: [MixtureScore.Component], _ count: Int, seed: UInt64) -> Points {
    MixtureScore(components).draws(Samples(seed: seed, count: count))
  }

  /// Settings for a given K.
  static func settings(
    _ components: Int?, kind: MixtureFit.Kind? = nil, seed: UInt64 = 0
  ) -> MixtureFit.Settings {
    var settings = MixtureFit.Settings()
    settings.components = components
    settings.kind = kind
    settings.seed = seed
    return settings
  }

  /// Data that tries a fit: apart, overlapping, repeated, on a line, far away.
  static let awkward: [String: Points] = [
    "three": draws(three, 600, seed: 1),
    "one Gaussian": normals(400, scales: [1, 3, 0.1], seed: 2),
    "a few points, often": Points(
      rows: (0..<300).map { [Float($0 % 5), Float($0 % 3), Float($0 % 2)] }),
    "a line": Points(rows: (0..<200).map { [Float($0), 2 * Float($0)] }),
    "one coordinate": normals(300, scales: [2], seed: 3),
    "far": normals(500, scales: [1, 1], seed: 4, offset: 1e6),
    "one outlier": {
      var points = normals(500, scales: [1, 1], seed: 5)
      points[7, 0] = 1e5
      return points
    }(),
  ]
}

@Suite struct FitMixtureTests {
  @Test(arguments: FitCase.awkward.keys.sorted(), MixtureFit.Kind.allCases)
  func `the log-likelihood never falls`(name: String, kind: MixtureFit.Kind) throws {
    let data = try #require(FitCase.awkward[name])
    for count in [1, 4, 12] {
      let fit = MixtureFit(data, FitCase.settings(count, kind: kind))
      let trace = fit.report.trace
      #expect(trace.count >= 3 && trace.allSatisfy(\.isFinite))
      // θ · φ rounds by d 10⁻¹⁰ at worst, so the differences by twice that.
      let bound = 2e-10 * Double(data.dimension)
      let falls = zip(trace, trace.dropFirst()).map { $0 - $1 }.max() ?? 0
      #expect(falls <= bound)
      #expect(fit.components.allSatisfy { $0.weight > 0 && $0.mean.allSatisfy(\.isFinite) })
    }
  }

  @Test func `a known mixture is found within its standard errors`() {
    // n = 20,000: the standard error of a weight is √(w (1 − w)/n), of a mean √(v/(n w)), of a
    // variance v √(2/(n w)). Five of them, over 3 × 6 numbers.
    let n = 20_000.0
    let data = FitCase.draws(FitCase.three, 20_000, seed: 6)
    let fit = MixtureFit(data, FitCase.settings(3))
    #expect(fit.report.kind == .full && fit.components.count == 3)
    for (found, truth) in zip(fit.components, FitCase.three) {
      let w = truth.weight
      #expect(abs(found.weight - w) < 5 * (w * (1 - w) / n).squareRoot())
      let (v, u) = (truth.covariance.matrix, found.covariance.matrix)
      for i in 0..<2 {
        #expect(abs(found.mean[i] - truth.mean[i]) < 5 * (v[i, i] / (n * w)).squareRoot())
        for j in 0..<2 {
          // Var of s_ij is (v_ii v_jj + v_ij²)/n_k.
          let error = ((v[i, i] * v[j, j] + v[i, j] * v[i, j]) / (n * w)).squareRoot()
          #expect(abs(u[i, j] - v[i, j]) < 5 * error)
        }
      }
    }
    // The control: two components cannot meet these bounds.
    let two = MixtureFit(data, FitCase.settings(2))
    #expect(abs(two.components[0].weight - 0.5) > 5 * (0.25 / n).squareRoot())
    #expect((two.report.averageLogLikelihood ?? 0) < (fit.report.averageLogLikelihood ?? 0) - 0.1)
  }

  @Test(arguments: MixtureFit.Kind.allCases)
  func `the reported log-likelihood is the score's own`(kind: MixtureFit.Kind) throws {
    let data = FitCase.draws(FitCase.three, 1000, seed: 7)
    let fit = MixtureFit(data, FitCase.settings(4, kind: kind))
    let workspace = Workspace(samples: Samples(seed: 0, count: 1000))
    let average = { (sigma: Double) in
      fit.score.logDensity(data, at: .uniform(sigma), in: workspace).reduce(0, +) / 1000
    }
    let reported = try #require(fit.report.averageLogLikelihood)
    // σ² = 10⁻⁸ beside variances of at least 0.05.
    #expect(abs(average(1e-4) - reported) < 1e-6)
    #expect(abs(average(0.3) - reported) > 1e-3, "The control: noise is seen.")
  }

  @Test func `one full component is the Gaussian fit`() {
    let data = FitCase.normals(700, scales: [1, 2, 5], seed: 8)
    let mixture = MixtureFit(data, FitCase.settings(1))
    let gaussian = GaussianFit(data, shrinkage: .none)
    #expect(
      FitCase.gap(mixture.components[0].covariance.matrix, gaussian.covariance.matrix) < 1e-10)
    #expect(mixture.report.restarts == 1 && mixture.report.end == .converged)
  }

  @Test func `far away the fit is the same but for Float32`() {
    // Steps of 1/64 are exact at 2¹⁶.
    let near = FitCase.draws(FitCase.three, 2000, seed: 9)
    var (rounded, far) = (near, near)
    for row in 0..<2000 {
      for j in 0..<2 {
        rounded[row, j] = (near[row, j] * 64).rounded() / 64
        far[row, j] = rounded[row, j] + 0x1p16
      }
    }
    // To the end of convergence, where the start is forgotten.
    var settings = FitCase.settings(3)
    settings.tolerance = 1e-10
    let (a, b) = (MixtureFit(rounded, settings), MixtureFit(far, settings))
    for (x, y) in zip(a.components, b.components) {
      #expect(abs(x.weight - y.weight) < 1e-8)
      #expect(abs(x.mean[0] + 0x1p16 - y.mean[0]) < 1e-6)
      #expect(FitCase.gap(x.covariance.matrix, y.covariance.matrix) < 1e-6)
    }
  }

  @Test(arguments: [3, nil])
  func `a seed gives the same bits on every number of threads`(components: Int?) {
    let data = FitCase.draws(FitCase.three, 3000, seed: 10)
    let fits = [1, 2, 3].map {
      MixtureFit(data, FitCase.settings(components, seed: 5), workers: Workers(count: $0))
    }
    #expect(fits[0].components == fits[1].components && fits[0].report == fits[1].report)
    #expect(fits[0].components == fits[2].components && fits[0].report == fits[2].report)
  }

  @Test func `restarts are different and the best is kept`() {
    let data = FitCase.ringOfGaussians(12, width: 0.1).draws(Samples(seed: 11, count: 1200))
    var single = FitCase.settings(12)
    single.restarts = 1
    var many = single
    many.restarts = 8
    let best = (0..<5 as Range<UInt64>).map { seed in
      single.seed = seed
      many.seed = seed
      let pair = (MixtureFit(data, single), MixtureFit(data, many))
      return (pair.1.report.averageLogLikelihood ?? 0) - (pair.0.report.averageLogLikelihood ?? 0)
    }
    #expect(best.allSatisfy { $0 > -1e-3 })
  }

  @Test func `held-out likelihood finds the number of separated components`() {
    let three = MixtureFit(FitCase.draws(FitCase.three, 2000, seed: 12))
    #expect(three.components.count == 3)
    #expect(three.report.trials.map(\.components).starts(with: [1, 2, 3, 4]))
    let ring = FitCase.ringOfGaussians(8, width: 0.15).draws(Samples(seed: 13, count: 4000))
    #expect(MixtureFit(ring).components.count == 8)
    let one = MixtureFit(FitCase.normals(2000, scales: [1, 0.3], seed: 14))
    #expect(one.components.count == 1)
    #expect(one.report.trials.count < 12, "The search ends where more components lose.")
  }

  @Test func `data without spread and too many components are handled`() {
    let equal = MixtureFit(Points(rows: [[Float]](repeating: [1, 2], count: 50)))
    #expect(equal.components.count == 1 && equal.components[0].mean == [1, 2])
    #expect(equal.components[0].covariance.trace == 0 && equal.report.end == .onePoint)
    #expect(MixtureFit(Points(rows: [[4]])).components[0].mean == [4])
    // Three distinct points, a hundred times each: K = 7 finds three.
    let repeated = Points(rows: (0..<300).map { [Float($0 % 3), 0] })
    let fit = MixtureFit(repeated, FitCase.settings(7))
    #expect(fit.components.count == 3 && fit.report.componentsAtFloor == 3)
    for component in fit.components { #expect(abs(component.weight - 1.0 / 3) < 1e-6) }
    // More components than points.
    let few = MixtureFit(FitCase.normals(5, scales: [1, 1], seed: 15), FitCase.settings(20))
    #expect(few.components.count <= 5 && few.report.notes.first?.contains("of 20") == true)
  }

  @Test func `progress is told and can stop the fit`() {
    let data = FitCase.draws(FitCase.three, 2000, seed: 16)
    let fit = MixtureFit(data, FitCase.settings(6)) { $0.steps < 3 }
    #expect(fit.report.end == .stopped && fit.report.steps == 3)
    let open = MixtureFit(data) { $0.phase == .choosing && $0.components < 2 }
    #expect(open.report.end == .stopped || open.report.end == .converged)
    #expect(open.components.allSatisfy { $0.mean.allSatisfy(\.isFinite) })
  }

  @Test func `the kind follows from the points a component has`() {
    #expect(MixtureFit.kind(count: 10_000, dimension: 64, components: 16) == .full)
    #expect(MixtureFit.kind(count: 10_000, dimension: 784, components: 16) == .diagonal)
    #expect(MixtureFit.kind(count: 200, dimension: 2, components: 32) == .full)
    #expect(MixtureFit.kind(count: 20, dimension: 2, components: 8) == .isotropic)
  }
}
