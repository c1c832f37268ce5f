import Foundation
import Arrays

/// Data as a mixture is fitted to it: the columns that vary, about their centers, in units of their
/// scales.
///
/// By column each has its own scale, and what is fitted is the same in every unit. In common units
/// all columns have one and take part: √(tr S/d), or the root mean square of their scales where far
/// points make that smaller.
struct StandardPoints: Sendable {
  /// The columns in use, N × d.
  let points: Points
  /// What is subtracted, d numbers in data units.
  let center: [Double]
  /// What is divided by, d positive numbers in data units.
  let scales: [Double]
  /// Their inverses.
  let inverses: [Double]
  /// Which columns of the data are in use, rising.
  let columns: [Int]
  /// The mean of all columns of the data.
  let mean: [Double]
  /// The mean of ‖x‖²/d in standard units: far above one where points lie far out.
  let meanSquare: Double
  /// Whether all points are equal.
  let isOnePoint: Bool

  init(_ data: Points, units: FitUnits, workers: Workers) {
    let moments = SampleMoments(data, covariance: false, workers: workers)
    let robust = ColumnScales(data, moments: moments, workers: workers)
    let all = Array(0..<data.dimension)
    let varying = all.filter { moments.variances[$0] > 0 }
    let isOnePoint = varying.isEmpty
    self.isOnePoint = isOnePoint
    columns = units == .common || isOnePoint ? all : varying
    points = Self.columns(columns, of: data)
    mean = moments.mean
    let quartiles = robust.scales.reduce(0) { $0 + $1 * $1 } / Double(data.dimension)
    let square = min(quartiles, moments.meanVariance)
    let isRobust = units == .columns || quartiles < moments.meanVariance
    center = columns.map { isRobust ? robust.centers[$0] : moments.mean[$0] }
    scales = columns.map {
      isOnePoint ? 1 : units == .common ? square.squareRoot() : robust.scales[$0]
    }
    inverses = scales.map { 1 / $0 }
    var sum = 0.0
    for (place, column) in columns.enumerated() {
      let away = moments.mean[column] - center[place]
      sum += (moments.variances[column] + away * away) * inverses[place] * inverses[place]
    }
    meanSquare = sum / Double(columns.count)
  }

  /// Other points in the units of `model`.
  init(_ data: Points, as model: StandardPoints) {
    points = Self.columns(model.columns, of: data)
    (center, scales, inverses, columns) = (
      model.center, model.scales, model.inverses, model.columns
    )
    (mean, meanSquare, isOnePoint) = (model.mean, model.meanSquare, model.isOnePoint)
  }

  var count: Int { points.count }
  var dimension: Int { points.dimension }

  /// Σ_j log s_j: what a log-density in standard units exceeds one in data units by.
  var logScale: Double { scales.reduce(0) { $0 + log($1) } }

  /// (x − center)/scale of one row.
  func row(_ index: Int) -> [Double] {
    (0..<dimension).map { coordinate(index, $0) }
  }

  /// One of them.
  func coordinate(_ row: Int, _ column: Int) -> Double {
    (Double(points.values[row * points.dimension + column]) - center[column]) / scales[column]
  }

  private static func columns(_ columns: [Int], of data: Points) -> Points {
    guard columns.count < data.dimension else { return data }
    var values: [Float] = []
    values.reserveCapacity(data.count * columns.count)
    for row in 0..<data.count {
      for column in columns { values.append(data.values[row * data.dimension + column]) }
    }
    return Points(count: data.count, dimension: columns.count, values: values)
  }
}

extension StandardPoints {
  /// A component in the units of the data; columns that do not vary are as they are, without width.
  func inDataUnits(_ component: StandardComponent) -> MixtureScore.Component {
    var mean = mean
    for (place, column) in columns.enumerated() {
      mean[column] = component.mean[place] * scales[place] + center[place]
    }
    return .init(
      weight: component.weight, mean: mean, covariance: inDataUnits(component.covariance))
  }

  private func inDataUnits(_ covariance: Covariance) -> Covariance {
    let isCommon = columns.count == mean.count && scales.allSatisfy { $0 == scales[0] }
    let square = scales[0] * scales[0]
    guard let basis = covariance.basis else {
      if isCommon && covariance.variances.isEmpty {
        return .isotropic(covariance.rest * square, dimension: dimension)
      }
      var variances = [Double](repeating: 0, count: mean.count)
      for (place, column) in columns.enumerated() {
        let own = covariance.variances.isEmpty ? covariance.rest : covariance.variances[place]
        variances[column] = own * scales[place] * scales[place]
      }
      return .diagonal(variances)
    }
    if isCommon,
      let scaled = Covariance.lowRank(
        directions: basis, variances: covariance.variances.map { $0 * square },
        rest: covariance.rest * square)
    {
      return scaled
    }
    var block = covariance.matrix
    for i in 0..<dimension {
      for j in 0...i {
        // Both halves from one: symmetric to the digit.
        block[i, j] *= scales[i] * scales[j]
        block[j, i] = block[i, j]
      }
    }
    return .full(block, of: columns, among: mean.count)
  }
}
