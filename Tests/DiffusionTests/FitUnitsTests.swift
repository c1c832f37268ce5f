import Arrays
import Diffusion
import Foundation
import Testing

/// A unit and an origin of each of three columns.
struct UnitsOfColumns: Sendable, CustomTestStringConvertible {
  let units: [Double]
  /// In units of the first: whole numbers, so that data stay exact.
  let origins: [Double]

  var testDescription: String { "units \(units), origins \(origins)" }

  /// 2⁻⁴⁰ and 2⁴⁰ are 10⁻¹² and 10¹². Powers of two keep every digit of Float32 data.
  static let all = [
    UnitsOfColumns(units: [0x1p-40, 0x1p-40, 0x1p-40], origins: [0, 0, 0]),
    UnitsOfColumns(units: [0x1p40, 0x1p40, 0x1p40], origins: [0, 0, 0]),
    UnitsOfColumns(units: [1, 0x1p10, 0x1p20], origins: [0, 0, 0]),
    UnitsOfColumns(units: [0x1p-40, 1, 0x1p40], origins: [0, 0, 0]),
    UnitsOfColumns(units: [1, 1, 1], origins: [0x1p20, -0x1p20, 0x1p17]),
    UnitsOfColumns(units: [0x1p8, 0x1p-40, 0x1p30], origins: [0x1p10, 0x1p20, -0x1p14]),
  ]

  /// Σ_j log a_j.
  var logJacobian: Double { units.reduce(0) { $0 + log($1) } }

  /// a_j (x_j + b_j).
  func applied(to data: Points) -> Points {
    var moved = data
    for row in 0..<data.count {
      for j in units.indices {
        moved[row, j] = Float(units[j] * (Double(data[row, j]) + origins[j]))
      }
    }
    return moved
  }

  /// The largest difference of means and covariances from those in the first units, in deviations.
  func gap(
    _ mean: [Double], _ covariance: Matrix, from first: [Double], _ matrix: Matrix
  ) -> Double {
    var worst = 0.0
    for i in units.indices {
      let deviation = matrix[i, i].squareRoot()
      worst = max(worst, abs(mean[i] / units[i] - origins[i] - first[i]) / deviation)
      for j in units.indices {
        let scaled = covariance[i, j] / (units[i] * units[j])
        worst = max(worst, abs(scaled - matrix[i, j]) / (deviation * matrix[j, j].squareRoot()))
      }
    }
    return worst
  }
}

@Suite struct FitUnitsTests {
  /// Two correlated groups, in steps of 1/8: origins of 2²⁰, a million deviations, keep them exact.
  private static let data: Points = {
    var points = FitCase.normals(400, scales: [1, 1, 1], seed: 41)
    for row in 0..<400 {
      let (a, b, c) = (points[row, 0], points[row, 1], points[row, 2])
      let away: Float = row % 3 == 0 ? 6 : 0
      for (j, value) in [a + away, 0.6 * a + b, b - 0.5 * c - away].enumerated() {
        points[row, j] = (8 * value).rounded() / 8
      }
    }
    return points
  }()

  @Test(arguments: UnitsOfColumns.all)
  func `a mixture in other units is the same mixture`(units: UnitsOfColumns) throws {
    let (own, other) = (
      MixtureFit(Self.data), MixtureFit(units.applied(to: Self.data))
    )
    #expect(own.components.count == 2 && other.components.count == 2)
    #expect(own.report.kind == other.report.kind && own.report.steps == other.report.steps)
    for (a, b) in zip(own.components, other.components) {
      #expect(abs(a.weight - b.weight) < 1e-9)
      // φ loses 2⁻⁵³ of squares of a few units; the rest is Double's rounding at the origin.
      #expect(
        units.gap(b.mean, b.covariance.matrix, from: a.mean, a.covariance.matrix) < 1e-8)
    }
    let gains = try zip(own.report.trials, other.report.trials).map { a, b in
      try #require(a.components == b.components && abs(a.standardError - b.standardError) < 1e-8)
      return b.heldOut + units.logJacobian - a.heldOut
    }
    #expect(gains.count > 2 && gains.allSatisfy { abs($0) < 1e-8 })
    let (a, b) = (own.report.averageLogLikelihood ?? 0, other.report.averageLogLikelihood ?? 1)
    #expect(abs(b + units.logJacobian - a) < 1e-8)
  }

  @Test(
    arguments: MixtureFit.Kind.allCases, [UnitsOfColumns.all[1], UnitsOfColumns.all[3]])
  func `every kind of component moves with the units`(kind: MixtureFit.Kind, units: UnitsOfColumns)
  {
    let settings = FitCase.settings(3, kind: kind)
    let (own, other) = (
      MixtureFit(Self.data, settings), MixtureFit(units.applied(to: Self.data), settings)
    )
    for (a, b) in zip(own.components, other.components) {
      #expect(
        units.gap(b.mean, b.covariance.matrix, from: a.mean, a.covariance.matrix) < 1e-8)
    }
  }

  @Test func `one unit for all columns is another fit where columns differ`() {
    // The control of both laws above.
    var settings = FitCase.settings(2, kind: .full)
    settings.units = .common
    let units = UnitsOfColumns.all[2]
    let (own, other) = (
      MixtureFit(Self.data, settings), MixtureFit(units.applied(to: Self.data), settings)
    )
    let (a, b) = (own.components[0], other.components[0])
    #expect(units.gap(b.mean, b.covariance.matrix, from: a.mean, a.covariance.matrix) > 0.1)
    #expect(FitUnits.common.warning(for: units.applied(to: Self.data)) != nil)
    #expect(FitUnits.common.warning(for: Self.data) == nil)
    #expect(FitUnits.columns.warning(for: units.applied(to: Self.data)) == nil)
  }

  @Test(arguments: UnitsOfColumns.all, [400, 3])
  func `a Gaussian in other units is the same Gaussian`(units: UnitsOfColumns, count: Int) {
    // Three points in three coordinates: shrinkage is half of the fit.
    let data = Self.data.rows(0..<count)
    let (own, other) = (GaussianFit(data), GaussianFit(units.applied(to: data)))
    let (a, b) = (own.covariance.matrix, other.covariance.matrix)
    #expect(abs(own.report.shrinkage - other.report.shrinkage) < 1e-9)
    #expect(units.gap(other.mean, b, from: own.mean, a) < 1e-9)
    let (c, d) = (own.report.averageLogLikelihood ?? 0, other.report.averageLogLikelihood ?? 1)
    #expect(abs(d + units.logJacobian - c) < 1e-9)
    // The control: today's shrinkage toward a sphere, where units differ.
    guard Set(units.units).count > 1 else { return }
    let (e, f) = (
      GaussianFit(data, units: .common), GaussianFit(units.applied(to: data), units: .common)
    )
    let wrong = units.gap(f.mean, f.covariance.matrix, from: e.mean, e.covariance.matrix)
    #expect(wrong > 1e-3)
  }

  @Test(arguments: [-40, 0, 40], [0.0, 0x1p10, -0x1p20])
  func `moments are those of Double at every scale and origin`(power: Int, origin: Double) {
    let unit = pow(2, Double(power))
    let moved = UnitsOfColumns(units: [unit, unit, unit], origins: [origin, origin, origin])
      .applied(to: Self.data)
    let (mean, covariance) = FitCase.directMoments(moved)
    let fit = GaussianFit(moved, shrinkage: .none)
    let found = fit.covariance.matrix
    for i in 0..<3 {
      // The sum of the definition itself loses 2⁻⁵³ √N of the origin.
      let error = 1e-12 * (1 + abs(origin))
      #expect(abs(fit.mean[i] - mean[i]) < error * covariance[i, i].squareRoot())
      for j in 0..<3 {
        let size = (covariance[i, i] * covariance[j, j]).squareRoot()
        #expect(abs(found[i, j] - covariance[i, j]) < 1e-9 * size)
      }
    }
  }

  @Test func `columns that do not vary stay as they are and change no other`() {
    var wide = Points(count: 400, dimension: 4)
    for row in 0..<400 {
      for j in 0..<3 { wide[row, j < 1 ? j : j + 1] = Self.data[row, j] }
      wide[row, 1] = 1e9
    }
    let settings = FitCase.settings(2)
    let (fit, own) = (MixtureFit(wide, settings), MixtureFit(Self.data, settings))
    for (a, b) in zip(fit.components, own.components) {
      #expect(a.mean[1] == 1e9 && a.covariance.matrix[1, 1] == 0)
      #expect(a.mean[2] == b.mean[1] && a.weight == b.weight)
      #expect(abs(a.covariance.matrix[0, 3] - b.covariance.matrix[0, 2]) < 1e-12)
    }
    #expect(fit.report.averageLogLikelihood == own.report.averageLogLikelihood)
    #expect(fit.report.description.contains("1 of 4 columns is constant"))
    let gaussian = GaussianFit(wide)
    #expect(gaussian.mean[1] == 1e9 && gaussian.covariance.matrix[1, 1] == 0)
  }

  @Test(arguments: [-40, -10, 10, 40])
  func `smoothing of neighbours has the unit of the data`(power: Int) {
    let data = FitCase.ring(300, seed: 42)
    let unit = pow(2, Double(power))
    let scaled = Points(
      count: 300, dimension: 2, values: data.values.map { Float(unit * Double($0)) })
    let own = NeighborRule(
      EmpiricalScore(data), isImage: false, neighbors: .nearest(9, remainder: 9))
    let other = NeighborRule(
      EmpiricalScore(scaled), isImage: false, neighbors: .nearest(9, remainder: 9))
    #expect(abs(other.smoothing / unit / own.smoothing - 1) < 1e-9)
    #expect(abs(other.exactAbove / unit / own.exactAbove - 1) < 1e-9)
    #expect(abs(other.medianDistance / unit / own.medianDistance - 1) < 1e-9)
    #expect(other.copies == own.copies && other.measured == own.measured)
    #expect(other.shifts == own.shifts && other.neighbors == own.neighbors)
  }

  @Test func `the rule of neighbours does not see the origin`() {
    // In steps of 1/32, which Float32 holds at 2¹⁷: a hundred thousand deviations away.
    var (near, far) = (
      FitCase.normals(300, scales: [1, 1], seed: 43), Points(count: 300, dimension: 2)
    )
    for row in 0..<300 {
      for j in 0..<2 {
        near[row, j] = (near[row, j] * 32).rounded() / 32
        far[row, j] = near[row, j] + 0x1p17
      }
    }
    let (own, other) = (
      NeighborRule(EmpiricalScore(near), isImage: false),
      NeighborRule(EmpiricalScore(far), isImage: false)
    )
    #expect(abs(other.smoothing / own.smoothing - 1) < 1e-5)
    #expect(abs(other.medianDistance / own.medianDistance - 1) < 1e-5)
    #expect(other.measured == own.measured && abs(other.copies - own.copies) < 0.01)
  }
}
