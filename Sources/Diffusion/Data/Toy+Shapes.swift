import Foundation

extension Toy {
  /// Two half circles of radius 2 that reach into each other, noise of 0.1 about them.
  ///
  /// scikit-learn's `make_moons` at noise 0.05, centred and doubled; even in angle.
  /// Deviation 1.41.
  public static let twoMoons = Toy(
    "two-moons", "two half circles that reach into each other",
    NoisyShape(
      width: 0.1,
      [
        .init(share: 1, parameters: [.uniform]) { v in
          [2 * cos(.pi * v[0]) - 1, 2 * sin(.pi * v[0]) - 0.5]
        },
        .init(share: 1, parameters: [.uniform]) { v in
          [1 - 2 * cos(.pi * v[0]), 0.5 - 2 * sin(.pi * v[0])]
        },
      ]))

  /// A spiral (t cos t, t sin t)/5 with t even in [3π/2, 9π/2], noise of 0.1 about it.
  ///
  /// The rolled plane of scikit-learn's `make_swiss_roll` at noise 0.5, a fifth its size;
  /// even in angle, so denser towards the middle. Deviation 1.36.
  public static let swissRoll = Toy(
    "swiss-roll", "a spiral band, denser towards its middle",
    NoisyShape(
      width: 0.1,
      [
        .init(share: 1, parameters: [.uniform]) { v in
          let t = 1.5 * Double.pi * (1 + 2 * v[0])
          return [t * cos(t) / 5, t * sin(t) / 5]
        }
      ]))

  /// Circles of radius ¾, 1½, 2¼ and 3, a quarter of all points each, noise of 0.08 about them.
  ///
  /// As in FFJORD (Grathwohl et al. 2019, <https://arxiv.org/abs/1810.01367>). Deviation 1.45.
  public static let rings = Toy(
    "rings", "four circles around one middle",
    NoisyShape(
      width: 0.08,
      (1...4).map { ring in
        .init(share: 1, parameters: [.closed]) { v in
          let radius = 0.75 * Double(ring)
          return [radius * cos(2 * .pi * v[0]), radius * sin(2 * .pi * v[0])]
        }
      }))

  /// Two arms ±(t cos t, t sin t)/3 up to t = 3π, density growing as t so that it is nearly even
  /// along the arm, noise of 0.15 about them.
  ///
  /// The two spirals of FFJORD (Grathwohl et al. 2019, <https://arxiv.org/abs/1810.01367>) with
  /// Gaussian noise alone. Deviation 1.58.
  public static let spiral = Toy(
    "spiral", "two arms wound around each other",
    NoisyShape(
      width: 0.15,
      [1.0, -1.0].map { side in
        .init(share: 1, parameters: [.rising]) { v in
          let t = 3 * Double.pi * v[0]
          return [side * t * cos(t) / 3, side * t * sin(t) / 3]
        }
      }))

  /// A band bent to an S in space, (sin t, 2 y − 1, sign(t)(cos t − 1)) with t even in
  /// [−3π/2, 3π/2] and y in [0, 1], noise of 0.2 about it.
  ///
  /// scikit-learn's `make_s_curve`, centred; even on the surface. Deviation 0.98.
  public static let sCurve = Toy(
    "s-curve", "a band bent to an S in space",
    NoisyShape(
      width: 0.2,
      // Two pieces: curvature jumps where they meet, and quadrature wants smooth ones.
      [1.0, -1.0].map { side in
        .init(share: 1, parameters: [.uniform, .uniform]) { v in
          let t = 1.5 * Double.pi * v[0]
          return [side * sin(t), 2 * v[1] - 1, side * (cos(t) - 1)]
        }
      }))
}
