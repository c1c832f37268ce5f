import Arrays
import Diffusion
import TestSupport
import Testing

/// Data and queries of one shape.
struct CloudCase: Sendable, CustomTestStringConvertible {
  let count: Int
  let dimension: Int
  let queries: Int

  var testDescription: String { "N = \(count), d = \(dimension), B = \(queries)" }

  static let all: [CloudCase] =
    [1, 2, 17, 1000, 5000].flatMap { n in
      [1, 2, 3, 64].map { CloudCase(count: n, dimension: $0, queries: n > 1000 ? 17 : 65) }
    } + [
      CloudCase(count: 1000, dimension: 784, queries: 16),
      CloudCase(count: 5000, dimension: 784, queries: 4),
      CloudCase(count: 40000, dimension: 1, queries: 16),
      CloudCase(count: 40000, dimension: 2, queries: 33),
      CloudCase(count: 40000, dimension: 64, queries: 5),
    ]

  func made(offset: Double = 0) -> (data: Points, x: Points) {
    var inputs = Inputs(seed: UInt64(count * 1000 + dimension))
    let data = inputs.points(count, dimension, offset: offset)
    // Near a point, between two, spread like the data, far away.
    let x = Points(
      rows: (0..<queries).map { row in
        let (a, b) = (data.row(row % count), data.row((row * 7 + 1) % count))
        let noise = inputs.row(dimension)
        return zip(zip(a, b), noise).map { ends, noise in
          switch row % 4 {
          case 0: ends.0 + Float(0.01 * noise)
          case 1: (ends.0 + ends.1) / 2
          case 2: Float(offset + 1.5 * noise)
          default: Float(offset + 1000 * noise)
          }
        }
      })
    return (data, x)
  }
}

@Suite struct EmpiricalScoreTests {
  static let sigmas = [1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100, 1e4]

  /// The largest error of D against the root mean square norm of the data, less the rounding of D
  /// to Float32, over uniform and mixed noise levels; of log p and of the trace, relative.
  private func check(
    _ data: Points, _ x: Points, _ name: String, sigmas: [Double] = sigmas,
    location: SourceLocation = #_sourceLocation
  ) {
    let (score, reference) = (EmpiricalScore(data), EmpiricalReference(data))
    let scale = max(score.totalVariance.squareRoot(), 1e-30)
    let expected = x.doubleRows.map { reference.values($0, sigmas) }
    let mixed = (0..<x.count).map { ($0 * 3) % sigmas.count }
    var levels = sigmas.indices.map { level in
      (Noise.uniform(sigmas[level]), expected.map { $0[level] })
    }
    levels.append(
      (.each(mixed.map { sigmas[$0] }), (0..<x.count).map { expected[$0][mixed[$0]] }))
    for (noise, values) in levels {
      let workspace = Workspace(samples: Samples(seed: 0, count: x.count))
      let denoised = score.denoised(x, at: noise, in: workspace)
      let densities = score.logDensity(x, at: noise, in: workspace)
      let traces = score.jacobianTrace(x, at: noise, in: workspace)
      for row in 0..<x.count {
        let (value, sigma) = (values[row], noise[row])
        let rounding = norm(value.denoised) * 0x1p-24
        let error = (distance(denoised.doubles(row), value.denoised) - rounding) / scale
        Measured.record("\(name) D", error)
        #expect(error < 2e-5, "σ \(sigma), row \(row)", sourceLocation: location)
        let density = abs(densities[row] - value.logDensity) / (1 + abs(value.logDensity))
        Measured.record("\(name) log p", density)
        #expect(density < 1e-5, "σ \(sigma), row \(row)", sourceLocation: location)
        let trace = value.posteriorVariance / (sigma * sigma)
        let error2 = abs(traces[row] - trace) / (Double(x.dimension) + trace)
        Measured.record("\(name) trace", error2)
        #expect(error2 < 1e-3, "σ \(sigma), row \(row), \(trace)", sourceLocation: location)
      }
    }
  }

  @Test(arguments: CloudCase.all)
  func `the denoiser agrees with the softmax in Double at every noise level`(_ made: CloudCase) {
    let (data, x) = made.made()
    let name = "empirical N \(made.count) d \(made.dimension)"
    check(
      data, x, name,
      sigmas: made.count * made.dimension > 2_000_000
        ? [1e-3, 0.1, 1, 5, 100] : Self.sigmas)
  }

  @Test(arguments: [1, 16, 17, 33, 64, 65, 200])
  func `every number of rows is served`(_ rows: Int) {
    let (data, x) = CloudCase(count: 300, dimension: 3, queries: rows).made()
    check(data, x, "empirical rows", sigmas: [1e-2, 1])
  }

  /// The offset in data of Float32 leaves `offset` · 2⁻²⁴ of the position, which data and
  /// reference share: only D's own rounding counts.
  @Test(arguments: [10, 1e3, 1e5, -1e4], [2, 64])
  func `data far from the origin are as good as data about it`(_ offset: Double, _ d: Int) {
    let (data, x) = CloudCase(count: 400, dimension: d, queries: 12).made(offset: offset)
    check(data, x, "empirical offset \(offset)")
  }

  @Test func `ties are decided as exact distances decide`() {
    check(Points(rows: [[-1], [1]]), Points(rows: [[0], [1e-7], [-3e-9]]), "tie")
    check(Points(rows: [[0.3], [0.7], [5]]), Points(rows: [[0.5], [0.499], [2.85]]), "tie")
    let square = Points(rows: [[0.1, 0.2], [0.1, 0.8], [0.9, 0.2], [0.9, 0.8]])
    check(square, Points(rows: [[0.5, 0.5], [0.5, 0.2], [0.1, 0.5], [0.5, 3]]), "tie")
    check(Points(rows: [[-1, 0], [1, 0]]), Points(rows: [[0, 1000], [0, -0.1]]), "tie")
    let high = Inputs.corners(64)
    check(high, Points(count: 1, dimension: 64), "tie")
  }

  @Test func `duplicates weigh twice and equal points are the answer`() {
    check(
      Points(rows: [[1, 2], [1, 2], [3, 4]]), Points(rows: [[2, 3], [1, 2], [9, 9]]), "twice")
    let same = EmpiricalScore(Points(rows: Array(repeating: [0.1, -7, 1e4], count: 100)))
    for sigma in Self.sigmas {
      let x = Points(rows: [[0.1, -7, 1e4], [3, 3, 3], [1e6, 0, 0]])
      let workspace = Workspace(samples: Samples(seed: 0, count: 3))
      let denoised = same.denoised(x, at: .uniform(sigma), in: workspace)
      for row in 0..<3 { #expect(Array(denoised.row(row)) == [0.1, -7, 1e4]) }
      let traces = same.jacobianTrace(x, at: .uniform(sigma), in: workspace)
      #expect(traces.allSatisfy { abs($0) < 1e-9 })
    }
  }

  @Test(arguments: [1e5, 1e15, 1e30, 3e38])
  func `a query at any distance ends on data`(_ away: Float) {
    var inputs = Inputs(seed: 13)
    for d in [1, 3] {
      let data = inputs.points(300, d)
      let (score, reference) = (EmpiricalScore(data), EmpiricalReference(data))
      let estimator = NearestNeighborScore(
        data, smoothing: 0, neighbors: .nearest(3, remainder: 0))
      let scores: [any Score] = [score, estimator]
      let x = Points(count: 2, dimension: d, values: (0..<2 * d).map { $0 % 2 == 0 ? away : -away })
      for sigma in [1e-2, 1, 3] {
        for denoised in scores.map({ $0.denoised(x, at: .uniform(sigma)) }) {
          for row in 0..<2 {
            let nearest = data.doubles(reference.gaps(x.doubles(row)).nearest)
            // Beyond 10¹⁵ all distances are the same Double: any mean of data will do.
            let limit = away < 1e10 ? 2e-5 : 20
            #expect(distance(denoised.doubles(row), nearest) < limit)
          }
        }
      }
    }
  }

  @Test func `an outlier spoils nothing`() {
    var inputs = Inputs(seed: 3)
    var data = inputs.points(500, 2)
    data.replaceRows(from: 250, with: Points(rows: [[1e4, -1e4]]))
    let (score, reference) = (EmpiricalScore(data), EmpiricalReference(data))
    let x = inputs.points(40, 2)
    for sigma in [1e-4, 1e-2, 0.1, 1, 10, 1e3] {
      let denoised = score.denoised(x, at: .uniform(sigma))
      for row in 0..<x.count {
        let expected = reference.values(x.doubles(row), [sigma])[0].denoised
        // Against the scale of the bulk, not that of the outlier.
        let error = distance(denoised.doubles(row), expected)
        Measured.record("outlier D σ \(sigma)", error)
        #expect(error < 2e-5 + 1e-7 * norm(expected) + (sigma > 100 ? 1e-3 : 0), "σ \(sigma)")
      }
    }
  }

  /// 500 … 530 points matter in a segment about the capacity of 512, then thousands.
  @Test(arguments: [500, 511, 512, 513, 530, 2000, 9000])
  func `the list of points that matter may run over`(_ count: Int) {
    var inputs = Inputs(seed: UInt64(count))
    for d in [1, 3] {
      let data = inputs.points(count, d)
      check(data, inputs.points(20, d), "capacity", sigmas: [0.005, 0.02, 0.05, 0.5, 20])
    }
  }

  /// Two clumps of more copies than are listed: Float32 sums could not tell which is nearer.
  @Test(arguments: [2, 600, 5000])
  func `clumps of copies tie as single points do`(_ copies: Int) {
    let rows: [[Float]] = (0..<2 * copies).map { $0 % 2 == 0 ? [0.3, 0.1] : [0.7, -2] }
    check(
      Points(rows: rows),
      Points(rows: [[0.5, -0.95], [0.50001, -0.95], [0.3, 0.1], [300, 57]]),
      "clumps \(copies)")
    var inputs = Inputs(seed: 9)
    let places = inputs.points(60, 1)
    let line = Points(
      count: 60 * copies, dimension: 1,
      values: (0..<60 * copies).map { places.values[$0 % 60] })
    if copies < 5000 {
      check(line, inputs.points(30, 1), "line of clumps", sigmas: [1e-4, 1e-3, 0.01, 0.1, 1])
    }
  }

  @Test func `the comparison sees a noise level off by a thousandth`() {
    let (data, x) = CloudCase(count: 17, dimension: 2, queries: 8).made()
    let (score, reference) = (EmpiricalScore(data), EmpiricalReference(data))
    let wrong = score.denoised(x, at: .uniform(0.5005))
    let expected = (0..<8).map { reference.values(x.doubles($0), [0.5])[0].denoised }
    #expect((0..<8).contains { distance(wrong.doubles($0), expected[$0]) > 1e-4 })
  }

  @Test func `the score is the gradient of log p and the trace the divergence of D`() {
    let (data, x) = CloudCase(count: 300, dimension: 3, queries: 12).made()
    let (score, reference) = (EmpiricalScore(data), EmpiricalReference(data))
    for sigma in [0.2, 1, 4] {
      let workspace = Workspace(samples: Samples(seed: 0, count: x.count))
      let gradients = score.score(x, at: .uniform(sigma), in: workspace)
      let traces = score.jacobianTrace(x, at: .uniform(sigma), in: workspace)
      let h = 1e-5 * sigma
      for row in 0..<x.count where row % 4 != 3 {
        let point = x.doubles(row)
        var (gradient, divergence) = (point, 0.0)
        for i in point.indices {
          var (up, down) = (point, point)
          up[i] += h
          down[i] -= h
          let (above, below) = (
            reference.values(up, [sigma])[0], reference.values(down, [sigma])[0]
          )
          gradient[i] = (above.logDensity - below.logDensity) / (2 * h)
          divergence += (above.denoised[i] - below.denoised[i]) / (2 * h)
        }
        #expect(distance(gradients.doubles(row), gradient) < 4e-6 / (sigma * sigma))
        #expect(abs(traces[row] - divergence) < 1e-5 * (1 + divergence))
        #expect(
          distance(gradients.doubles(row).map { 1.01 * $0 }, gradient) > 4e-6 / (sigma * sigma))
      }
    }
  }
}

extension Inputs {
  /// The ends of every axis: all equally far from the origin.
  static func corners(_ dimension: Int) -> Points {
    var points = Points(count: 2 * dimension, dimension: dimension)
    for i in 0..<dimension {
      points[2 * i, i] = 1
      points[2 * i + 1, i] = -1
    }
    return points
  }
}
