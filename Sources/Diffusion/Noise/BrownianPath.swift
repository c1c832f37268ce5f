import Foundation
import Synchronization
public import Arrays

/// Noise addressed by its level: 20 and 40 steps of one seed follow one Brownian path.
///
/// W is a Brownian motion in the clock u = log₂ σ, a pure function of (seed, sample, coordinate,
/// σ). A step from σ to σ′ gets the standard normal (W(σ) − W(σ′))/√(u − u′).
///
/// **Construction** (Lévy's). Every octave is a cell with an increment ξ₀ of its own; inside,
/// halvings bridge it. At the place s ∈ [0, 1] of a cell, with ξ independent standard normals and
/// Λ(s) = max(0, 1 − |2s − 1|),
///
///     W − W(start of the cell) = s ξ₀ + Σ_{j<20} 2^(−j/2−1) Σ_k Λ(2^j s − k) ξ_jk
///
/// which at multiples of 2⁻²⁰ is Brownian motion itself. Levels are rounded to those multiples, a
/// relative change of σ below 4·10⁻⁷; so every increment is exactly standard normal and those of
/// disjoint intervals exactly independent, and any grid gives the law that independent noise
/// gives. An interval that rounds to nothing takes numbers addressed by its step: independent of
/// all others too, though not shared between grids.
///
/// **Strong convergence.** The reverse SDE in the clock u is dx = a du + b(u) dW with b known and
/// smooth. A method's noise c n with c² = ∫ b² du (1 + O(Δu)) over the step is then
/// b(u) (1 + O(Δu)) ΔW: frozen coefficients. The error of a step is O(Δu) ΔW, uncorrelated
/// between steps, so their sum is O(Δu): paths of one seed converge, at order 1 for
/// Euler-Maruyama as its noise is additive. The SDE in x is the same under every noise process,
/// so that variance-exploding and variance-preserving runs share their limit as well.
///
/// A step to σ = 0 has no increment; a method that draws there (``EDM``) gets that of the octave
/// below σ, which no other step of its grid meets.
///
/// Moves of a Markov chain at one level stand for no interval; their numbers are not the path's.
///
/// - Cost: at most 42 rows of normals a sample and step, and one for every whole octave within
///   the step, against one row for ``IndependentIncrements``. Values of this type share no state
///   but a buffer behind a lock: give every run that works at the same time its own.
/// - Reference: Lévy's construction: Mörters, Peres 2010, theorem 1.3,
///   <https://people.bath.ac.uk/maspm/book.pdf>; trees of addressed noise: Li et al. 2020,
///   <https://arxiv.org/abs/2001.01328>.
public struct BrownianPath: Increments {
  private let room = Room()

  /// The path; its seed and samples are those of the run.
  public init() {}

  /// Row r gets the increment of its sample's path between the levels, over its deviation.
  public func fill(
    _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
    workers: Workers
  ) {
    let high = DyadicClock(sigma: level.sigma)
    let low = next.sigma > 0 ? DyadicClock(sigma: next.sigma) : high.octaveBelow
    guard high.ticks != low.ticks else {
      return IndependentIncrements().fill(
        &normals, for: samples, step: step, from: level, to: next, workers: workers)
    }
    let terms = DyadicClock.terms(from: high, to: low)
    // Σ c² is the clock's difference; dividing by its root keeps the rounding of neither.
    let width = terms.reduce(0) { $0 + $1.factor * $1.factor }.squareRoot()
    let stream = RandomStream(seed: samples.seed, for: .path)
    room.points.withLock { points in
      if points.count != normals.count || points.dimension != normals.dimension {
        points = Points(count: normals.count, dimension: normals.dimension)
      }
      for (index, term) in terms.enumerated() {
        let factor = PerRow.uniform(Float(term.factor / width))
        if index == 0 {
          stream.fillNormals(
            &normals, samples: samples.indices, draw: term.draw, workers: workers)
          normals.scale(by: factor, workers: workers)
        } else {
          stream.fillNormals(
            &points, samples: samples.indices, draw: term.draw, workers: workers)
          normals.combine(.uniform(1), plus: factor, points, workers: workers)
        }
      }
    }
  }

  /// Room for the normals of one term, kept from step to step.
  private final class Room: Sendable {
    let points = Mutex(Points(count: 0, dimension: 1))
  }
}

/// log₂ σ in ticks of 2⁻²⁰.
private struct DyadicClock {
  let ticks: Int

  /// Halvings of a cell. With the 12 bits that number the octaves of Double they fill the 32 bits
  /// of a draw.
  static let depth = 20

  init(sigma: Double) { ticks = Int((log2(sigma) * Double(1 << Self.depth)).rounded()) }

  private init(ticks: Int) { self.ticks = ticks }

  var octaveBelow: DyadicClock { DyadicClock(ticks: ticks - 1 << Self.depth) }

  /// The cell, an octave; rounded down for negative ticks too.
  private var cell: Int { ticks >> Self.depth }
  /// Ticks since the start of the cell.
  private var place: Int { ticks & (1 << Self.depth - 1) }

  /// One normal of the construction and its share of an increment.
  typealias Term = (draw: UInt32, factor: Double)

  /// W(high) − W(low) as a combination of normals; those of equal share in both are left out.
  static func terms(from high: DyadicClock, to low: DyadicClock) -> [Term] {
    if high.cell == low.cell {
      return tents(high.cell, from: high.place, to: low.place)
    }
    let end = 1 << depth
    return tents(low.cell, from: end, to: low.place)
      + (low.cell + 1..<high.cell).flatMap { tents($0, from: end, to: 0) }
      + tents(high.cell, from: high.place, to: 0)
  }

  /// The increment between two places of one cell; node 0 is ξ₀, node 2^j + k is ξ_jk.
  private static func tents(_ cell: Int, from high: Int, to low: Int) -> [Term] {
    var terms: [Term] = []
    func add(_ node: Int, _ factor: Double) {
      // 2048 octaves lie below σ = 1.
      if factor != 0 { terms.append((UInt32((cell + 2048) << depth | node), factor)) }
    }
    add(0, Double(high - low) / Double(1 << depth))
    for level in 0..<depth {
      let size = 1 << (depth - level)
      // The end of a cell lies under no tent.
      let nodes = Set([high, low].map { $0 / size }.filter { $0 < 1 << level }).sorted()
      for k in nodes {
        let height = tent(high - k * size, size) - tent(low - k * size, size)
        add(1 << level | k, exp2(-Double(level) / 2 - 1) * height)
      }
    }
    return terms
  }

  /// Λ over `size` ticks.
  private static func tent(_ ticks: Int, _ size: Int) -> Double {
    max(0, 1 - abs(Double(2 * ticks - size) / Double(size)))
  }
}
