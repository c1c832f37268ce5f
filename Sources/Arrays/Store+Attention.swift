import CKernels

extension StoreMatrix {
  /// Every row becomes softmax(scale × row).
  package func makeSoftmax(scale: Float) {
    precondition(scale > 0, "The largest number has the largest weight.")
    kernels_softmax_rows(base, stride, rows, columns, scale)
  }

  /// self, the derivative by `weights` = softmax(scale x), becomes that by x.
  package func makeSoftmaxGradient(of weights: StoreMatrix, scale: Float) {
    precondition(
      weights.rows == rows && weights.columns == columns,
      "Derivatives have the shape of what they are of.")
    kernels_softmax_rows_back(
      .init(weights.base), weights.stride, base, stride, rows, columns, scale)
  }
}
