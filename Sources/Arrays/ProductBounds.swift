import CKernels

/// Bounds on the error of products x · x_i as they are stored: 24 bits of the largest they can be,
/// ‖x‖ R, R the largest norm of the data.
struct ProductBounds {
  /// R: of the data less what is usual in them.
  let radius: Double
  /// Roundings a term of a product goes through, each within 2⁻²⁴ of the sum of magnitudes.
  private let roundings: Double

  init(_ cloud: PointCloud) {
    radius = cloud.usual?.radius ?? cloud.radius
    let part = Int(kernels_product_part)
    roundings = Double(
      min(cloud.dimension, part) + (cloud.dimension + part - 1) / part
        + (cloud.usual == nil ? 4 : 6))
  }

  /// The width of a step of the products of a vector with this norm; never zero.
  func step(_ norm: Double) -> Double { max(1.0001 * norm * radius, 1e-30) * 0x1p-23 }

  /// The error of a product: its own rounding, that of the multiplication by the inverse step
  /// (one step) and the truncation to whole steps (one), and, where the low bits are dropped, half
  /// of 256 steps.
  func error(_ norm: Double, fine: Bool) -> Double {
    roundings * 0x1p-24 * norm * radius + (fine ? 3 : 131) * step(norm)
  }

  /// The error of adding `terms` numbers whose magnitudes sum to `magnitude`, each the product of
  /// a rounded weight.
  func adding(_ terms: Int, _ magnitude: Double) -> Double {
    Double(terms + 4) * 0x1p-24 * (magnitude + radius * radius / 2)
  }
}
