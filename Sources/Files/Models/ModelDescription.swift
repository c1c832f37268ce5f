/// A closed-form model as its JSON file describes it.
///
/// Numbers are in data units. Lengths, signs and symmetry are checked here; that a covariance is
/// positive semidefinite is checked by whoever factors it.
public struct ModelDescription: Sendable, Equatable {
  /// Which law the model is.
  public enum Kind: Sendable, Equatable {
    /// One normal law.
    case gaussian(GaussianDescription)
    /// A weighted sum of normal laws, at least one, all of one dimension.
    case mixture([ComponentDescription])
    /// Smoothed nearest neighbours in data.
    case neighbors(NeighborsDescription)
  }

  /// Which law the model is.
  public var kind: Kind
  /// How a sample is a picture; nil where it is none.
  public var image: ImageShape?
  /// What black and white are in data units; nil where samples are no pictures of bytes.
  public var range: ClosedRange<Float>?
  /// A name for titles.
  public var name: String?
  /// The command that made the file.
  public var madeBy: String?
  /// The version of the program that made it.
  public var version: String?

  /// The format that is written, and the latest that is read; a file that names none is of the
  /// first.
  public static let format = 1

  /// A description from its parts.
  public init(
    kind: Kind, image: ImageShape? = nil, range: ClosedRange<Float>? = nil, name: String? = nil,
    madeBy: String? = nil, version: String? = nil
  ) {
    self.kind = kind
    self.image = image
    self.range = range
    self.name = name
    self.madeBy = madeBy
    self.version = version
  }

  /// The length of a sample, d; nil where only the data knows it (`neighbors`).
  public var dimension: Int? {
    switch kind {
    case .gaussian(let gaussian): gaussian.mean.count
    case .mixture(let components): components.first?.mean.count
    case .neighbors: nil
    }
  }
}

/// A normal law: its mean (length d) and covariance.
public struct GaussianDescription: Sendable, Equatable {
  /// The mean, length d.
  public var mean: [Double]
  /// The covariance.
  public var covariance: CovarianceDescription

  /// A law from its parts.
  public init(mean: [Double], covariance: CovarianceDescription) {
    self.mean = mean
    self.covariance = covariance
  }
}

/// One normal law of a mixture and its weight.
public struct ComponentDescription: Sendable, Equatable {
  /// Its share: positive; shares of a mixture are divided by their sum by whoever uses them.
  public var weight: Double
  /// The mean, length d.
  public var mean: [Double]
  /// The covariance.
  public var covariance: CovarianceDescription

  /// A component from its parts.
  public init(weight: Double, mean: [Double], covariance: CovarianceDescription) {
    self.weight = weight
    self.mean = mean
    self.covariance = covariance
  }
}

/// A covariance, d × d, in the shortest words for it. Variances are in squared data units.
public enum CovarianceDescription: Sendable, Equatable {
  /// All entries, d rows of d; symmetric. Key `covariance`.
  case full([[Double]])
  /// The diagonal, d variances; zero elsewhere. Key `variances`.
  case diagonal([Double])
  /// One variance for every coordinate. Key `variance`.
  case isotropic(Double)
  /// `variances[k]` along each of r directions (rows of length d, meant to be orthonormal) and
  /// `rest` across all of them. Keys `directions`, `directionVariances`, `rest`.
  case lowRank(directions: [[Double]], variances: [Double], rest: Double)
}

/// A smoothed nearest-neighbour model: data by name, and how its score is smoothed.
public struct NeighborsDescription: Sendable, Equatable {
  /// Which rows the softmax runs over.
  public enum Count: Sendable, Equatable {
    /// Every row.
    case all
    /// The nearest K.
    case nearest(Int)
  }

  /// What `DataFile.read` takes, or `toy:…`; a relative path starts at the description's folder.
  public var data: String
  /// τ, how far the shifts reach, in data units; zero is the exact score of the data.
  public var smoothing: Double
  /// M, the number of shifts that are averaged over; at least one.
  public var shifts: Int
  /// Which rows the softmax runs over.
  public var neighbors: Count
  /// L, how many rows at random stand for those beyond the nearest; 0 for none.
  public var remainder: Int
  /// The noise above which the exact score is taken instead; nil for never.
  public var exactAbove: Double?
  /// What each column is divided by before anything is measured or smoothed, positive; nil for one.
  public var columnScales: [Double]?

  /// A description from its parts.
  public init(
    data: String, smoothing: Double = 0, shifts: Int = 1, neighbors: Count = .all,
    remainder: Int = 0, exactAbove: Double? = nil, columnScales: [Double]? = nil
  ) {
    self.data = data
    self.smoothing = smoothing
    self.shifts = shifts
    self.neighbors = neighbors
    self.remainder = remainder
    self.exactAbove = exactAbove
    self.columnScales = columnScales
  }

  /// The same law with its data named from where the program runs, not from the folder of the
  /// description at `path`. Toys and absolute paths stay as they are.
  public func resolved(relativeTo path: String) -> NeighborsDescription {
    var result = self
    if !data.hasPrefix("toy:") { result.data = resolvedPath(data, relativeTo: path) }
    return result
  }
}

/// `path` as seen from the folder of the file `other`.
func resolvedPath(_ path: String, relativeTo other: String) -> String {
  guard !path.hasPrefix("/"), let slash = other.lastIndex(of: "/") else { return path }
  return other[...slash] + path
}
