import Arrays

extension SampleMoments {
  /// How far S belongs from itself toward (tr S/d) I, between 0 and 1.
  ///
  ///     m = tr S/d,   δ² = ‖S − m I‖²/d,   β̄² = (1/N²) Σ_i ‖x_i x_iᵀ − S‖²/d
  ///     shrinkage = min(β̄², δ²)/δ²,   V = shrinkage · m I + (1 − shrinkage) S
  ///
  /// with x_i about their mean and Frobenius norms. It estimates the mixture of S and m I that
  /// is nearest to the true covariance, and vanishes as 1/N. Zero where S is m I already or the
  /// covariance was not asked for.
  ///
  /// - Reference: Ledoit, Wolf 2004, lemmas 3.1-3.5 and equation 14,
  ///   <https://doi.org/10.1016/S0047-259X(03)00096-4>.
  var ledoitWolf: Double {
    guard let covariance else { return 0 }
    return Self.ledoitWolf(
      covariance, average: meanVariance, fourthPower: meanFourthPower, count: count)
  }

  /// The same of S in units of each column's deviation, the correlations, toward I: how far S
  /// belongs toward its own diagonal. `data` are what the moments are of.
  func ledoitWolfByColumn(_ data: some RowBlocks, workers: Workers) -> Double {
    guard let covariance else { return 0 }
    let deviations = variances.map { $0.squareRoot() }
    return Self.ledoitWolf(
      covariance.correlations(deviations), average: 1,
      fourthPower: meanFourthPower(of: data, over: deviations, workers: workers), count: count)
  }

  private static func ledoitWolf(
    _ covariance: Matrix, average m: Double, fourthPower: Double, count: Int
  ) -> Double {
    let d = covariance.rows
    var (norm, away) = (0.0, 0.0)
    for row in 0..<d {
      for column in 0..<d {
        let entry = covariance[row, column]
        norm += entry * entry
        let gap = row == column ? entry - m : entry
        away += gap * gap
      }
    }
    // Σ_i ‖x_i x_iᵀ − S‖² = Σ_i ‖x_i‖⁴ − N ‖S‖²; 1/d on both sides cancels.
    let spread = max(0, fourthPower - norm) / Double(count)
    return away > 0 ? min(1, spread / away) : 0
  }
}

extension Matrix {
  /// S_ij/(s_i s_j) of the columns whose deviation s is not zero, with ones on the diagonal.
  func correlations(_ deviations: [Double]) -> Matrix {
    let kept = deviations.indices.filter { deviations[$0] > 0 }
    var result = Matrix(rows: kept.count, columns: kept.count)
    for (row, i) in kept.enumerated() {
      for (column, j) in kept.enumerated() {
        result[row, column] = i == j ? 1 : self[i, j] / (deviations[i] * deviations[j])
      }
    }
    return result
  }
}
