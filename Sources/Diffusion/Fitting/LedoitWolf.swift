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
    let (d, m) = (covariance.rows, meanVariance)
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
    let spread = max(0, meanFourthPower - norm) / Double(count)
    return away > 0 ? min(1, spread / away) : 0
  }
}
