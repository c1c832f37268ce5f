public import Arrays

extension Points {
  /// ‖x_i − x*_i‖/√(tr Cov[x₀]) of each row: how far trajectories end from where they should.
  ///
  /// Without unit: 1 is the distance of a typical point from the mean of the data. The mean over
  /// the rows bounds the Wasserstein distance W₁ between the laws of x and x*, in the same unit,
  /// from above, the rows being a coupling of the two; a root mean square would be ruled by the few
  /// rows that end at another mode.
  ///
  /// - Parameters:
  ///   - solution: x*, the rows that the flow takes the same starts to.
  ///   - spread: √(tr Cov[x₀]), positive.
  /// - Returns: One number a row.
  public func trajectoryErrors(from solution: Points, spread: Double) -> [Double] {
    precondition(
      count == solution.count && dimension == solution.dimension && spread > 0,
      "Trajectories are compared row by row, in a positive unit.")
    return (0..<count).map { row in
      var sum = 0.0
      for (a, b) in zip(self.row(row), solution.row(row)) {
        let gap = Double(a) - Double(b)
        sum += gap * gap
      }
      return sum.squareRoot() / spread
    }
  }
}
