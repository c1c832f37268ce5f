import Diffusion
import Files
import Foundation

/// The coordinates that a model is loaded in.
enum ModelCoordinates: Equatable {
  /// Noise is the same in all columns, so that σ is what formulas say: for values at points.
  case raw
  /// Noise in proportion to each column's deviation, where these differ much and rows are no
  /// images: for samples, whose law does not depend on the way.
  case automatic
  /// Noise in proportion to each column's deviation.
  case proportional
  /// Those of another model.
  case like(Frame)

  /// The frame of a law with these moments.
  func frame(
    mean: [Double], deviations: [Double], isImage: Bool
  ) -> Frame {
    switch self {
    case .raw: Frame(mean: mean, deviations: deviations, scalesColumns: false)
    case .automatic:
      Frame(mean: mean, deviations: deviations, scalesColumns: isImage ? false : nil)
    case .proportional: Frame(mean: mean, deviations: deviations, scalesColumns: true)
    case .like(let frame) where frame.dimension == mean.count: frame
    // A model of another dimension, which whoever asked for it refuses.
    case .like: Frame(dimension: mean.count)
    }
  }
}

extension GaussianDescription {
  /// The same law in the coordinates of a frame: Cov_ij/(w_i w_j).
  func seen(in frame: Frame) -> GaussianDescription {
    GaussianDescription(
      mean: frame.coordinates(of: mean), covariance: covariance.seen(in: frame))
  }
}

extension ComponentDescription {
  /// The same component in the coordinates of a frame.
  func seen(in frame: Frame) -> ComponentDescription {
    ComponentDescription(
      weight: weight, mean: frame.coordinates(of: mean), covariance: covariance.seen(in: frame))
  }
}

extension CovarianceDescription {
  /// Scaled before it is factored: eigenvalues are exact beside the largest, not beside themselves.
  func seen(in frame: Frame) -> CovarianceDescription {
    guard frame.scalesColumns else { return self }
    let scale = frame.scale
    switch self {
    case .isotropic(let variance): return .diagonal(scale.map { variance / $0 / $0 })
    case .diagonal(let variances):
      return .diagonal(zip(variances, scale).map { $0 / $1 / $1 })
    case .full(let rows):
      return .full(
        rows.enumerated().map { row, values in
          values.enumerated().map { $1 / scale[row] / scale[$0] }
        })
    case .lowRank(let directions, let variances, let rest):
      let rows = scale.indices.map { row in
        scale.indices.map { column in
          // ρ (I − BᵀB) + Bᵀ diag(λ) B.
          let along = zip(directions, variances).reduce(0) {
            $0 + ($1.1 - rest) * $1.0[row] * $1.0[column]
          }
          return (along + (row == column ? rest : 0)) / scale[row] / scale[column]
        }
      }
      return .full(rows)
    }
  }

  /// The diagonal: variances of the columns.
  func columnVariances(_ dimension: Int) -> [Double] {
    switch self {
    case .isotropic(let variance): [Double](repeating: variance, count: dimension)
    case .diagonal(let variances): variances
    case .full(let rows): rows.enumerated().map { $1[$0] }
    case .lowRank(let directions, let variances, let rest):
      (0..<dimension).map { column in
        zip(directions, variances).reduce(rest) {
          $0 + ($1.1 - rest) * $1.0[column] * $1.0[column]
        }
      }
    }
  }
}

/// Mean and deviations of the columns of a mixture; weights need no sum of one.
func columnMoments(
  _ components: [ComponentDescription]
) -> (mean: [Double], deviations: [Double]) {
  let total = components.reduce(0) { $0 + $1.weight }
  let dimension = components[0].mean.count
  var mean = [Double](repeating: 0, count: dimension)
  for component in components {
    for column in 0..<dimension {
      mean[column] += component.weight / total * component.mean[column]
    }
  }
  var variances = [Double](repeating: 0, count: dimension)
  for component in components {
    let own = component.covariance.columnVariances(dimension)
    for column in 0..<dimension {
      let away = component.mean[column] - mean[column]
      variances[column] += component.weight / total * (own[column] + away * away)
    }
  }
  return (mean, variances.map { max(0, $0).squareRoot() })
}
