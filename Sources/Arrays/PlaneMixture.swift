import CKernels
import Foundation

/// A mixture in few dimensions, in the layout of the kernel that evaluates it at one σ.
///
///     D = Σ_k r_k (c_k + G_k x),   G_k = V_k (V_k + σ² I)⁻¹,   c_k = (I − G_k) m_k
///     log r_k = log w_k − ½ log det(V_k + σ² I) − ‖W_k (x − m_k)‖² + const
///
/// with rows of W_k the eigenvectors of V_k over √(2 (λ + σ²)).
struct PlaneMixture: Sendable {
  private let components: [PackedMixture.Component]
  let dimension: Int
  /// Whether every V_k is diagonal.
  let axes: Bool
  var count: Int { components.count }

  /// nil in more dimensions than the kernel has, or with a basis that does not span the space.
  init?(_ components: [PackedMixture.Component], dimension: Int) {
    guard dimension <= kernels_plane_dimension,
      components.allSatisfy({ $0.basis == nil || $0.variances.count == dimension })
    else { return nil }
    self.components = components
    self.dimension = dimension
    axes = components.allSatisfy { $0.basis == nil }
  }

  /// Numbers of W or G.
  private var square: Int { axes ? dimension : dimension * dimension }
  /// Doubles of the layout at one σ.
  var exactSize: Int { count * (1 + dimension + square) }
  /// Floats of the layout at one σ.
  var singleSize: Int { count * (dimension + square) }

  /// Fills the layout for one σ: (l, m, W) and (c, G) of every component.
  func fill(sigma: Double, exact: inout [Double], single: inout [Float]) {
    let (d, size) = (dimension, square)
    for (k, component) in components.enumerated() {
      let (first, mean) = (k * (1 + d + size), component.mean)
      let (white, clean) = (first + 1 + d, k * (d + size))
      var logDeterminant = 0.0
      for index in 0..<d {
        exact[first + 1 + index] = mean[index]
        single[clean + index] = 0
      }
      for index in 0..<size {
        exact[white + index] = 0
        single[clean + d + index] = 0
      }
      for direction in 0..<d {
        let variance =
          component.variances.isEmpty ? component.rest : component.variances[direction]
        let total = variance + sigma * sigma
        let (gain, loss) = (variance / total, sigma * sigma / total)
        logDeterminant += log(total)
        if axes {
          exact[white + direction] = (0.5 / total).squareRoot()
          single[clean + direction] = Float(loss * mean[direction])
          single[clean + d + direction] = Float(gain)
          continue
        }
        let along = (0..<d).reduce(0) { $0 + component.along(direction, $1) * mean[$1] }
        for row in 0..<d {
          let entry = component.along(direction, row)
          exact[white + direction * d + row] = entry * (0.5 / total).squareRoot()
          single[clean + row] += Float(loss * along * entry)
          for column in 0..<d {
            single[clean + d + row * d + column] +=
              Float(gain * entry * component.along(direction, column))
          }
        }
      }
      exact[first] = component.logWeight - logDeterminant / 2
    }
  }

  /// Calls `body` with the kernel's view of a layout, valid during the call.
  func withKernel(
    exact: [Double], single: [Float], _ body: (UnsafePointer<kernels_plane>) -> Void
  ) {
    exact.withUnsafeBufferPointer { exact in
      single.withUnsafeBufferPointer { single in
        var kernel = kernels_plane(
          dimension: dimension, components: count, axes: axes ? 1 : 0, exact: exact.baseAddress,
          single: single.baseAddress)
        withUnsafePointer(to: &kernel, body)
      }
    }
  }
}

extension PackedMixture.Component {
  /// Entry of an eigenvector; those of a covariance without a basis are the axes.
  fileprivate func along(_ direction: Int, _ index: Int) -> Double {
    basis.map { $0[direction * mean.count + index] } ?? (direction == index ? 1 : 0)
  }
}
