import Foundation
public import Arrays

/// Smoothed nearest-neighbour score (σ-CFDM): new points from data, without training.
///
///     D̃(x; σ) = (1/M) Σ_m D_emp(x + τ (1 + σ/s) e_m; σ)
///
/// with D_emp the exact denoiser of the data (``EmpiricalScore``), s the data's deviation, and e_m
/// standard normal, centred and drawn once for each sample (``shifts(of:)``). As σ → 0 a sample becomes the mean of M data
/// points: a barycentre of neighbours instead of a copy.
///
/// The estimator replaces the softmax over all N points by the K nearest of x, each with weight
/// one, and L of the others drawn at random, each standing for (N − K)/L of them. The random
/// points are fixed for each sample, or no solver would keep its order. For images the estimator
/// *is* the model: it keeps the mixing among neighbours. Where the softmax is broader than K points
/// it is rough; above a noise level of choice the exact score, without smoothing, takes its place.
///
/// - Reference: Scarvelis, Sáez de Ocáriz Borde, Solomon 2023, equations 6-9,
///   <https://arxiv.org/abs/2310.12395>. Their z = t x₀ + (1 − t) n is x = z/t here, with
///   σ = (1 − t)/t; a shift τ e of z is τ (1 + σ) e of x. That holds for data of deviation one: in
///   units of s it is τ (1 + σ/s), the same picture whatever the unit of the data.
public struct NearestNeighborScore: MomentScore {
  /// Which points the softmax runs over.
  public enum Neighbors: Sendable, Equatable {
    /// All N.
    case all
    /// The K nearest and L others at random.
    case nearest(Int, remainder: Int)
  }

  /// The exact score of the same data.
  public let exact: EmpiricalScore
  /// τ ≥ 0, in data units.
  public let smoothing: Double
  /// M ≥ 1.
  public let shifts: Int
  /// The points of the softmax.
  public let neighbors: Neighbors
  /// The σ above which the exact score is taken, without smoothing.
  public let exactAbove: Double

  /// A smoothed score of `data`; K + L ≥ N is the same as all.
  public init(
    _ data: consuming Points, smoothing: Double, shifts: Int = 1, neighbors: Neighbors = .all,
    exactAbove: Double = .infinity
  ) {
    self.init(
      EmpiricalScore(data), smoothing: smoothing, shifts: shifts, neighbors: neighbors,
      exactAbove: exactAbove)
  }

  /// A smoothed version of an exact score.
  public init(
    _ exact: EmpiricalScore, smoothing: Double, shifts: Int = 1, neighbors: Neighbors = .all,
    exactAbove: Double = .infinity
  ) {
    precondition(smoothing >= 0 && smoothing.isFinite, "Smoothing is finite and not negative.")
    precondition(shifts >= 1, "At least one shift.")
    precondition(exactAbove > 0, "The noise above which the exact score is taken is positive.")
    self.exactAbove = exactAbove
    self.exact = exact
    self.smoothing = smoothing
    // Shifts of zero are all the same.
    self.shifts = smoothing == 0 ? 1 : shifts
    if case .nearest(let nearest, let remainder) = neighbors {
      precondition(nearest >= 1 && remainder >= 0, "K is positive and L not negative.")
      self.neighbors = nearest + remainder >= exact.count ? .all : neighbors
    } else {
      self.neighbors = .all
    }
  }

  /// The number of coordinates, d.
  public var dimension: Int { exact.dimension }
  /// E[x₀], d numbers.
  public var mean: [Double] { exact.mean }
  /// tr Cov[x₀].
  public var totalVariance: Double { exact.totalVariance }

  /// Each row from N(E[x₀], Cov[x₀] + σ² I).
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    exact.matchedStart(at: sigma, samples: samples, workers: workers)
  }

  /// E[x₀ | x] of each row, by the formula above.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    let (some, all) =
      switch noise {
      case .uniform(let sigma): (sigma > exactAbove, sigma > exactAbove)
      case .each(let sigmas):
        (sigmas.contains { $0 > exactAbove }, sigmas.allSatisfy { $0 > exactAbove })
      }
    if remembersShifts { _ = history(workspace) }
    if all { return exact.denoise(x, at: noise, into: &clean, in: workspace) }
    denoiseSmoothed(x, at: noise, into: &clean, in: workspace)
    guard some else { return }
    let above = exact.denoised(x, at: noise, in: workspace)
    clean.copyRows((0..<x.count).filter { noise[$0] > exactAbove }, of: above)
  }

  /// D̃ − x of each row; where nothing is smoothed, by the exact score's own formula.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    if smoothing == 0, neighbors == .all { return exact.residual(x, at: noise, in: workspace) }
    var result = denoised(x, at: noise, in: workspace)
    result.combine(.uniform(1), plus: .uniform(-1), x, workers: workspace.workers)
    return result
  }

  private func denoiseSmoothed(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    // z = x/(1 + σ/s): a shift of z by τ e. Points that are all equal have no s; they need no shift
    // that grows.
    let perUnit = exact.deviation > 0 ? 1 / exact.deviation : 0
    let scale = noise.map { smoothing * (1 + $0 * perUnit) }
    switch neighbors {
    case .all where smoothing == 0:
      exact.denoise(x, at: noise, into: &clean, in: workspace)
    case .all where remembersShifts:
      exact.cloud.softmaxMean(
        at: x, sigma: noise, scale: scale, into: &clean, history: history(workspace))
    case .all:
      denoiseOverAll(x, at: noise, scale: scale, into: &clean, in: workspace)
    case .nearest(let nearest, let remainder):
      let memory = workspace.memory {
        NeighborMemory(self, nearest: nearest, remainder: remainder, workspace)
      }
      memory.find(for: x, in: exact.cloud, workspace)
      exact.cloud.shiftedMean(
        at: x, over: memory.chosen, logWeights: memory.logWeights, shifts: memory.shifts,
        scale: scale, sigma: noise, into: &clean, workers: workspace.workers)
    }
  }

  /// Whether the products of shifts are kept, beside those of the rows.
  var remembersShifts: Bool {
    neighbors == .all && smoothing > 0 && shifts <= ProductHistory.mostShifts
      && exact.cloud.remembersProducts
  }

  /// Found before the exact score makes one without shifts.
  private func history(_ workspace: Workspace) -> ProductHistory {
    workspace.memory {
      ProductMemory(
        ProductHistory(
          for: exact.cloud, rows: workspace.samples.count, shifts: shifts(of: workspace.samples),
          workers: workspace.workers))
    }.history
  }

  /// The exact softmax at every shifted point, some rows at a time.
  private func denoiseOverAll(
    _ x: Points, at noise: Noise, scale: PerRow<Double>, into clean: inout Points,
    in workspace: Workspace
  ) {
    let memory = workspace.memory { ShiftMemory(self, workspace) }
    for first in stride(from: 0, to: x.count, by: memory.rows) {
      let rows = first..<min(x.count, first + memory.rows)
      memory.queries.setShifted(x, rows: rows, times: shifts, scale: scale, memory.shifts)
      let sigma: Noise =
        switch noise {
        case .uniform: noise
        case .each:
          .each(memory.queryRows.map { noise[rows.lowerBound + min($0, rows.count - 1)] })
        }
      exact.denoiseAtOnce(memory.queries, at: sigma, into: &memory.means, in: workspace)
      clean.setGroupMeans(rows: rows, of: memory.means, size: shifts)
    }
  }

  /// e_m of the samples, B M × d: row b M + m belongs to sample b.
  ///
  /// Each is standard normal; together they are centred, e_m = (n_m − n̄) √(M/(M − 1)) for
  /// independent normals n_m. With Σ e_m ≠ 0 a sample would come to rest τ ē from the mean of its
  /// neighbours, and all samples spread outward by that much.
  public func shifts(of samples: Samples) -> Points {
    // One long row a sample: its shifts do not depend on the batch.
    var rows = samples.normals(dimension: shifts * dimension, for: .shifts)
    if shifts > 1 {
      let width = Float((Double(shifts) / Double(shifts - 1)).squareRoot())
      for row in 0..<rows.count {
        for axis in 0..<dimension {
          let columns = (0..<shifts).map { $0 * dimension + axis }
          let mean = columns.reduce(Float(0)) { $0 + rows[row, $1] } / Float(shifts)
          for column in columns { rows[row, column] = width * (rows[row, column] - mean) }
        }
      }
    }
    return Points(count: rows.count * shifts, dimension: dimension, values: rows.values)
  }
}
