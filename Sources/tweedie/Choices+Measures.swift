import Arrays
import Diffusion

/// Words about measures turned into values.
extension Choices {
  /// What `evaluate` measures.
  enum Measure: String, CaseIterable {
    case energy, sliced, mmd, frechet, precision, recall, modes, novelty

    var summary: String {
      switch self {
      case .energy: "energy distance, unbiased, in data units"
      case .sliced: "sliced Wasserstein distance of order two, in data units"
      case .mmd: "squared maximum mean discrepancy, Gaussian kernel of the median distance"
      case .frechet: "Frechet distance of means and covariances, in squared data units"
      case .precision: "share of samples inside the manifold of the reference"
      case .recall: "share of the reference inside the manifold of the samples"
      case .modes: "chi squared of the points of each component, with its p-value"
      case .novelty: "distance to the nearest training point against held-out data, and copies"
      }
    }

    /// Whether less is better.
    var isDistance: Bool { self != .precision && self != .recall }

    /// The metric between two sets; nil of one that needs more than those.
    func metric(seed: UInt64) -> (any SetMetric)? {
      switch self {
      case .energy: EnergyDistance()
      case .sliced: SlicedWasserstein(seed: seed)
      case .mmd: MaximumMeanDiscrepancy()
      case .frechet: FrechetDistance()
      case .precision: ManifoldPrecision()
      case .recall: ManifoldRecall()
      case .modes, .novelty: nil
      }
    }
  }

  /// What `evaluate` takes distances in.
  enum Columns: String, CaseIterable {
    /// The data's own units.
    case raw
    /// Each column divided by its deviation over that of all.
    case proportional
  }

  /// Units of columns by name.
  static func columns(_ word: String) throws -> Columns {
    guard let columns = Columns(rawValue: word) else {
      throw unknown("unit of columns", word, Columns.allCases.map(\.rawValue))
    }
    return columns
  }

  /// Metrics by name, separated by commas, each once and in their usual order.
  static func measures(_ words: String) throws -> [Measure] {
    let chosen = try words.split(separator: ",", omittingEmptySubsequences: false).map { word in
      guard let measure = Measure(rawValue: String(word)) else {
        throw unknown("metric", String(word), Measure.allCases.map(\.rawValue))
      }
      return measure
    }
    return Measure.allCases.filter(chosen.contains)
  }
}
