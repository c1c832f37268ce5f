import CKernels

/// Width and height of the pictures of a batch; a batch is a matrix with a row a pixel, pictures
/// one after another, and a column a channel.
package struct PixelGrid: Sendable, Equatable {
  package let width: Int
  package let height: Int

  package init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "A picture has pixels.")
    (self.width, self.height) = (width, height)
  }

  /// Pixels of a picture.
  package var count: Int { width * height }
  /// With half the sides.
  package var half: PixelGrid { PixelGrid(width: width / 2, height: height / 2) }
  /// Whether ``half`` covers it.
  package var isEven: Bool { width % 2 == 0 && height % 2 == 0 }
}

extension StoreMatrix {
  /// Row i = the 3 × 3 pixels about pixel `first` + i of `x`, zeros beyond the picture; mirrored,
  /// tap (dy, dx) is the pixel at (y − dy, x − dx): what goes back through a convolution.
  package func setPatches(
    of x: StoreMatrix, _ grid: PixelGrid, from first: Int, mirrored: Bool = false
  ) {
    precondition(
      columns == 9 * x.columns && first >= 0 && first + rows <= x.rows
        && x.rows % grid.count == 0, "Patches are of whole pictures.")
    var task = kernels_patches_task()
    (task.rows, task.first, task.columns) = (rows, first, x.columns)
    (task.width, task.height, task.mirrored) = (grid.width, grid.height, mirrored ? 1 : 0)
    (task.x, task.x_row, task.out, task.out_row) = (.init(x.base), x.stride, base, stride)
    // Neighbours inside a picture are rows of x, as x has whole pictures.
    kernels_patches(&task)
  }

  /// self = factor times the sums of 2 × 2 pixels of `x`, whose pictures are of `grid`.
  package func setPooled(_ x: StoreMatrix, _ grid: PixelGrid, factor: Float) {
    let images = x.rows / grid.count
    precondition(
      grid.isEven && x.rows == images * grid.count && rows == images * grid.half.count
        && x.columns == columns, "Pictures become half as wide and half as high.")
    var task = kernels_resize_task()
    (task.images, task.width, task.height) = (images, grid.width, grid.height)
    (task.columns, task.factor) = (columns, factor)
    (task.from, task.from_row, task.to, task.to_row) = (.init(x.base), x.stride, base, stride)
    kernels_pool(&task)
  }

  /// self, whose pictures are of `grid`, = each pixel of `x` four times, times factor, + added.
  package func setSpread(
    _ x: StoreMatrix, _ grid: PixelGrid, factor: Float, adding added: StoreMatrix? = nil
  ) {
    let images = rows / grid.count
    precondition(
      grid.isEven && rows == images * grid.count && x.rows == images * grid.half.count
        && x.columns == columns && added.map { $0.rows == rows && $0.columns == columns } ?? true,
      "Pictures become twice as wide and twice as high.")
    var task = kernels_resize_task()
    (task.images, task.width, task.height) = (images, grid.width, grid.height)
    (task.columns, task.factor) = (columns, factor)
    (task.from, task.from_row, task.to, task.to_row) = (.init(x.base), x.stride, base, stride)
    (task.added, task.added_row) = (added.map { .init($0.base) }, added?.stride ?? 0)
    kernels_spread(&task)
  }

  /// Every pixel of picture n += row n of `x`.
  package func addByImage(_ x: StoreMatrix) {
    precondition(x.rows > 0 && rows % x.rows == 0 && x.columns == columns, "A row a picture.")
    kernels_add_by_image(base, stride, x.rows, rows / x.rows, columns, x.base, x.stride)
  }

  /// Row n = the sum of the pixels of picture n of `x`.
  package func setSumsByImage(_ x: StoreMatrix) {
    precondition(rows > 0 && x.rows % rows == 0 && x.columns == columns, "A row a picture.")
    kernels_sum_by_image(x.base, x.stride, rows, x.rows / rows, columns, base, stride)
  }
}

/// What a normalisation of groups of channels reads and keeps, forward and back.
package struct NormPass {
  /// The batch.
  package let x: StoreMatrix
  package let images: Int
  package let groups: Int
  /// One number a channel each.
  package let gain: StoreMatrix
  package let bias: StoreMatrix
  /// Two rows a picture: mean and inverse deviation.
  package let stats: StoreMatrix

  package init(
    _ x: StoreMatrix, images: Int, groups: Int, gain: StoreMatrix, bias: StoreMatrix,
    stats: StoreMatrix
  ) {
    precondition(
      images > 0 && x.rows % images == 0 && groups > 0 && x.columns % groups == 0
        && gain.columns == x.columns && bias.columns == x.columns && stats.columns == x.columns
        && stats.rows >= 2 * images, "Groups part the channels.")
    (self.x, self.images, self.groups) = (x, images, groups)
    (self.gain, self.bias, self.stats) = (gain, bias, stats)
  }

  /// Added to a variance: flat pictures stay finite.
  package static let epsilon: Float = 1e-5

  private func task(_ out: StoreMatrix) -> kernels_norm_task {
    precondition(out.rows == x.rows && out.columns == x.columns, "A norm keeps the shape.")
    var task = kernels_norm_task()
    (task.images, task.pixels) = (images, x.rows / images)
    (task.columns, task.groups, task.epsilon) = (x.columns, groups, Self.epsilon)
    (task.x, task.x_row) = (.init(x.base), x.stride)
    (task.gain, task.bias) = (.init(gain.base), .init(bias.base))
    (task.stats, task.stats_row) = (stats.base, stats.stride)
    (task.out, task.out_row) = (out.base, out.stride)
    return task
  }

  /// out = silu(gain x̂ + bias), x̂ of mean 0 and variance 1 over the pixels and channels of a group.
  package func forward(into out: StoreMatrix) {
    var task = task(out)
    kernels_norm(&task)
  }

  /// From ∂/∂out to ∂/∂x (+ added), and to those of gain and bias, which are added to.
  package func backward(
    _ outer: StoreMatrix, into inner: StoreMatrix, adding added: StoreMatrix?,
    gainGradient: StoreMatrix, biasGradient: StoreMatrix, sums: StoreMatrix
  ) {
    precondition(
      outer.rows == x.rows && outer.columns == x.columns && sums.rows >= 2
        && sums.stride >= stats.stride && gainGradient.columns == x.columns
        && biasGradient.columns == x.columns
        && added.map { $0.rows == x.rows && $0.columns == x.columns } ?? true,
      "Derivatives have the shape of what they are of.")
    precondition(2 * stats.stride <= sums.store.count - sums.offset, "Sums have room.")
    var task = task(inner)
    (task.outer, task.outer_row) = (.init(outer.base), outer.stride)
    (task.added, task.added_row) = (added.map { .init($0.base) }, added?.stride ?? 0)
    (task.gain_gradient, task.bias_gradient) = (gainGradient.base, biasGradient.base)
    task.sums = sums.base
    kernels_norm_back(&task)
  }
}
