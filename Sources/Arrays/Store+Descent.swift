import CKernels

/// What the loss of one block of rows is made of, row by row: the target is
/// T = (label − skip x)/scale.
package struct Residuals: Sendable {
  /// What the network is to say, rows × d, rows following one another.
  package let label: StoreMatrix
  /// Noised points, of the same shape.
  package let x: StoreMatrix
  /// One number a row each: σ, c_in, c_skip, c_out, the weight in F, and the Huber width or 0.
  package let sigma: Store<Float>
  package let factor: Store<Float>
  package let skip: Store<Float>
  package let scale: Store<Float>
  package let weight: Store<Float>
  package let huber: Store<Float>
  /// Which point each row is made from.
  package let picks: Store<Int>
  /// The loss of each row.
  package let loss: Store<Double>

  /// Room for `rows` rows.
  package init(rows: Int, dimension: Int) {
    func points() -> StoreMatrix {
      StoreMatrix(
        Store(count: rows * dimension), at: 0, rows: rows, columns: dimension, stride: dimension)
    }
    (label, x) = (points(), points())
    (sigma, factor) = (Store(count: rows), Store(count: rows))
    (skip, scale) = (Store(count: rows), Store(count: rows))
    (weight, huber) = (Store(count: rows), Store(count: rows))
    (picks, loss) = (Store(count: rows), Store(count: rows))
  }

  /// loss = weight ‖F − T‖² (or its pseudo-Huber form), gradient = factor ∂loss/∂F.
  package func measure(_ output: StoreMatrix, gradient: StoreMatrix, factor: Double) {
    precondition(
      output.rows <= loss.count && gradient.rows == output.rows
        && output.columns == x.columns && gradient.columns == x.columns,
      "A target has the shape of the output.")
    var task = kernels_residual_task()
    (task.rows, task.dimension, task.factor) = (output.rows, x.columns, factor)
    (task.output, task.output_row) = (.init(output.base), output.stride)
    (task.label, task.x) = (.init(label.base), .init(x.base))
    (task.skip, task.scale) = (.init(skip.base), .init(scale.base))
    (task.weight, task.huber) = (.init(weight.base), .init(huber.base))
    (task.gradient, task.gradient_row, task.loss) = (gradient.base, gradient.stride, loss.base)
    // Rows and columns are checked; label and x follow one another without gaps.
    kernels_residuals(&task)
  }
}

/// One step of Adam with decoupled decay, its corrections folded into rate and epsilon.
package struct AdamStep: Sendable {
  package var clip: Float = 1
  package var firstShare: Float
  package var secondShare: Float
  package var rate: Float
  package var epsilon: Float
  package var decay: Float

  package init(firstShare: Float, secondShare: Float, rate: Float, epsilon: Float, decay: Float) {
    self.firstShare = firstShare
    self.secondShare = secondShare
    self.rate = rate
    self.epsilon = epsilon
    self.decay = decay
  }

  /// p, m and v of `range` after one step along `gradient`.
  package func apply(
    to parameters: Store<Float>, gradient: Store<Float>, first: Store<Float>,
    second: Store<Float>, _ range: Range<Int>
  ) {
    for store in [parameters, gradient, first, second] {
      precondition(
        range.lowerBound >= 0 && range.upperBound <= store.count, "A part lies inside.")
    }
    var task = kernels_adam_task()
    let start = range.lowerBound
    (task.length, task.gradient) = (range.count, .init(gradient.base + start))
    (task.parameters, task.first) = (parameters.base + start, first.base + start)
    (task.second, task.clip) = (second.base + start, clip)
    (task.first_share, task.second_share) = (firstShare, secondShare)
    (task.rate, task.epsilon, task.decay) = (rate, epsilon, decay)
    kernels_adam(&task)
  }
}

extension Store where Element == Float {
  /// self = the sum of `count` parts of `parts`, each as long as self, over `range`; returns the
  /// sum of squares there.
  package func setSum(of parts: Store<Float>, count: Int, _ range: Range<Int>) -> Double {
    precondition(
      count >= 1 && parts.count >= count * self.count && range.lowerBound >= 0
        && range.upperBound <= self.count, "Parts are as long as their sum.")
    return kernels_sum_parts(
      parts.base + range.lowerBound, count, self.count, range.count, base + range.lowerBound)
  }

  /// self += share (x − self) over `range`.
  package func approach(_ x: Store<Float>, share: Float, _ range: Range<Int>) {
    precondition(
      x.count == count && range.lowerBound >= 0 && range.upperBound <= count,
      "A mean has the size of what it follows.")
    kernels_approach(base + range.lowerBound, x.base + range.lowerBound, share, range.count)
  }
}
