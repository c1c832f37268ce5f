import Arrays
import Diffusion
import Files

extension Covariance {
  /// A covariance as a description has it.
  init(
    _ description: CovarianceDescription, _ dimension: Int, _ path: String, _ key: String
  ) throws {
    switch description {
    case .isotropic(let variance): self = .isotropic(variance, dimension: dimension)
    case .diagonal(let variances): self = .diagonal(variances)
    case .full(let rows):
      let matrix = Matrix(rows: dimension, columns: dimension, values: rows.flatMap { $0 })
      guard let covariance = Covariance.full(matrix) else {
        throw Failure.data(
          file: path, place: "key \"\(key)\"",
          rule: "a covariance must have no negative eigenvalue")
      }
      self = covariance
    case .lowRank(let directions, let variances, let rest):
      let matrix = Matrix(
        rows: directions.count, columns: dimension, values: directions.flatMap { $0 })
      guard
        let covariance = Covariance.lowRank(
          directions: matrix, variances: variances, rest: rest)
      else {
        throw Failure.data(
          file: path, place: "key \"directions\"", rule: "directions must be orthonormal")
      }
      self = covariance
    }
  }
}
