import Arrays

/// A score whose rows cost so little that a step's way through memory counts, and have nothing to
/// share: batches that stay in a cache are the fastest.
package protocol LightScore: Score {
  /// Whether this one is such a score.
  var isLight: Bool { get }
}

extension LightScore {
  /// Rows of a batch: states, D and noise of a quarter of a megabyte each lie in the second caches
  /// of two processors, a panel for every thread and more.
  package var rowsAtOnce: Int? {
    isLight ? max(64, (1 << 16) / dimension / 16 * 16) : nil
  }
}

extension MixtureScore: LightScore {
  /// Whether the components are few and their covariances simple.
  package var isLight: Bool { packed.isLight }
}

extension GaussianScore: LightScore {
  /// Whether the covariance is simple.
  package var isLight: Bool { mixture.isLight }
}
