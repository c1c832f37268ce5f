import Arrays

/// 2 E f(X, Y) − E f(X, X′) − E f(Y, Y′) over two sets, without bias, with its standard error.
///
/// With a_i = (1/m) Σ_j f(x_i, y_j), b_i = 1/(n−1) Σ_{i′≠i} f(x_i, x_i′), and a′_j, c_j the same of
/// y_j, the estimate is U = 2 A − B − C with the means of these. Its variance by Hoeffding's
/// decomposition is V₁ + V₂:
///
///     V₁ = 4 Var[a(x) − b(x)]/n + 4 Var[a′(y) − c(y)]/m
///     V₂ = 2 s_xx/n² + 2 s_yy/m² + 4 s_xy/(n m),   s_xy = Var f(x, y) − Var a(x) − Var a′(y)
///
/// Between equal laws V₁ = 0 and all of the error is V₂. The jackknife puts the *sample* variances
/// into V₁; a_i and b_i hold noise of their own, of variance s_xy/m and s_xx/n, so that it expects
/// V₁ + 2 V₂. Hence V = max(J − V₂, V₂), with s from the sums of f². Cutting off at V₂ makes the
/// error between equal laws a little too large, 1.27 times in three dimensions.
///
/// - Reference: Hoeffding 1948, <https://doi.org/10.1214/aoms/1177730196>; Efron, Stein 1981,
///   <https://doi.org/10.1214/aos/1176345462>.
struct PairStatistic {
  /// U with √V.
  let estimate: Estimate

  /// The statistic between rows of `x` and rows of `y`.
  init(_ x: Points, _ y: Points, _ function: PairFunction, workers: Workers) {
    precondition(x.count > 1 && y.count > 1, "A pair takes two points of each set.")
    let (n, m) = (Double(x.count), Double(y.count))
    let across = x.pairTotals(function, with: y, workers: workers)
    let (xy, yx) = (Pairs(across.own, m), Pairs(across.other, n))
    let xx = Pairs(x.pairTotals(function, workers: workers), n - 1)
    let yy = Pairs(y.pairTotals(function, workers: workers), m - 1)

    let jackknife =
      4 * variance(zip(xy.means, xx.means).map { $0 - $1 }) / n
      + 4 * variance(zip(yx.means, yy.means).map { $0 - $1 }) / m
    let second =
      2 * xx.residual(xx.noise, xx.noise) / (n * n)
      + 2 * yy.residual(yy.noise, yy.noise) / (m * m)
      + 4 * xy.residual(xy.noise, yx.noise) / (n * m)
    estimate = Estimate(
      value: 2 * xy.mean - xx.mean - yy.mean,
      standardError: max(jackknife - second, second).squareRoot())
  }

  /// f over all pairs of a row and its partners.
  private struct Pairs {
    /// The mean over the partners, of each row.
    let means: [Double]
    let mean: Double
    /// Var f over all pairs.
    let spread: Double
    /// The sample variance of `means`.
    let noise: Double

    init(_ pairs: PairTotals, _ partners: Double) {
      means = pairs.sums.map { $0 / partners }
      mean = means.reduce(0, +) / Double(means.count)
      let square = pairs.squares.reduce(0) { $0 + $1 / partners } / Double(means.count)
      spread = max(0, square - mean * mean)
      noise = variance(means)
    }

    /// What is left of Var f without what depends on one partner alone.
    func residual(_ first: Double, _ second: Double) -> Double { max(0, spread - first - second) }
  }
}

/// The variance of numbers, without bias; zero of fewer than two.
func variance(_ numbers: [Double]) -> Double {
  guard numbers.count > 1 else { return 0 }
  let mean = numbers.reduce(0, +) / Double(numbers.count)
  let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return squares / Double(numbers.count - 1)
}
