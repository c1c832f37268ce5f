extension Estimate {
  /// E[a]/E[b] from rows that are independent of each other, two numbers each.
  ///
  ///     R = Σ_i a_i / Σ_i b_i,   standard error² = Σ_i (a_i − R b_i)² / (n (n − 1) b̄²)
  ///
  /// The error is that of the ratio to first order, good where b̄ itself is known to some per cent.
  /// Where no b differs from zero there is no ratio: it is NaN.
  ///
  /// - Reference: Cochran 1977, *Sampling Techniques*, chapter 6.
  public init(ratioOf a: [Double], to b: [Double]) {
    precondition(a.count == b.count && !a.isEmpty, "A ratio needs two numbers of each row.")
    let (n, sum) = (Double(a.count), b.reduce(0, +))
    let ratio = a.reduce(0, +) / sum
    let square = zip(a, b).reduce(0) { total, row in
      let residual = row.0 - ratio * row.1
      return total + residual * residual
    }
    let mean = sum / n
    let error = a.count > 1 ? (square / (n * (n - 1))).squareRoot() / abs(mean) : .infinity
    self.init(value: sum == 0 ? .nan : ratio, standardError: sum == 0 ? .nan : error)
  }

  /// One minus the number.
  var complement: Estimate { Estimate(value: 1 - value, standardError: standardError) }
}
