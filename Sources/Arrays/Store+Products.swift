import CKernels

extension StoreMatrix {
  /// self = a b, or aᵀ b; then + bias; then silu, its derivative kept in `slope`; then + added.
  ///
  /// Every sum runs over the inner index in order with one rounding a term: a row's bits depend on
  /// that row of a alone, whatever the number of rows.
  package func setProduct(
    _ a: StoreMatrix, transposed: Bool = false, _ b: StoreMatrix, bias: StoreMatrix? = nil,
    slope: StoreMatrix? = nil, adding added: StoreMatrix? = nil
  ) {
    let inner = transposed ? a.rows : a.columns
    precondition(
      (transposed ? a.columns : a.rows) == rows && b.rows == inner && b.columns == columns,
      "Sizes of a product agree.")
    precondition(b.stride % Self.lanes == 0, "The right side of a product has whole vectors.")
    precondition(bias.map { $0.columns == columns } ?? true, "One bias a column.")
    for other in [slope, added] {
      precondition(
        other.map { $0.rows >= rows && $0.columns == columns } ?? true, "Results have one shape.")
    }
    guard rows > 0, columns > 0 else { return }
    var task = kernels_product_task()
    (task.rows, task.columns, task.inner) = (rows, columns, inner)
    (task.a, task.a_row, task.a_inner) = (.init(a.base), a.stride, 1)
    if transposed { (task.a_row, task.a_inner) = (1, a.stride) }
    (task.b, task.b_row) = (.init(b.base), b.stride)
    (task.out, task.out_row) = (base, stride)
    task.bias = bias.map { .init($0.base) }
    (task.slope, task.slope_row) = (slope?.base, slope?.stride ?? 0)
    (task.added, task.added_row) = (added.map { .init($0.base) }, added?.stride ?? 0)
    // Sizes are checked above, and every matrix lies inside a store that outlives the call.
    kernels_product(&task)
  }

  /// self = otherᵀ.
  package func setTranspose(of other: StoreMatrix) {
    precondition(other.rows == columns && other.columns == rows, "A transpose swaps the sizes.")
    kernels_transpose(other.base, other.rows, other.columns, other.stride, base, stride)
  }

  /// self = outer ∘ slope, without a slope self = outer; bias += the sum of the rows of self.
  package func setThroughSlope(
    _ outer: StoreMatrix, slope: StoreMatrix?, addingRowsTo bias: StoreMatrix
  ) {
    precondition(
      outer.rows == rows && outer.columns == columns && bias.columns == columns
        && (slope.map { $0.rows >= rows && $0.columns == columns } ?? true),
      "Derivatives have the shape of what they are of.")
    kernels_through_slope(
      outer.base, outer.stride, slope?.base, slope?.stride ?? 0, rows, columns, base, stride,
      bias.base)
  }

  /// self = other.
  package func setCopy(of other: StoreMatrix) {
    precondition(other.rows == rows && other.columns == columns, "A copy has the shape.")
    kernels_copy(other.base, other.stride, rows, columns, base, stride)
  }

  /// bias += the sum of the rows of self.
  package func addRows(to bias: StoreMatrix) {
    precondition(bias.columns == columns, "One sum a column.")
    kernels_through_slope(base, stride, nil, 0, rows, columns, nil, 0, bias.base)
  }

  /// sin and cos of 2π f x for each frequency f, sines first; x is the first column of `source`.
  package func setWaves(of source: StoreMatrix, frequencies: StoreMatrix) {
    precondition(
      source.rows == rows && columns == 2 * frequencies.columns, "Two waves a frequency.")
    kernels_waves(
      source.base, source.stride, rows, frequencies.base, frequencies.columns, base, stride)
  }
}
