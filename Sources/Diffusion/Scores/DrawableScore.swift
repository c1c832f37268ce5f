public import Arrays

/// A score whose clean law can be drawn from, be it a distribution or its training points.
public protocol DrawableScore: Score {
  /// Points of p₀, one for each sample: a function of the seed, the sample and the purpose alone.
  func draws(_ samples: Samples, purpose: Purpose) -> Points
}

extension DrawableScore {
  /// Data-based start: each row a draw of p₀ plus σ n, so exactly a draw of p(·; σ).
  ///
  /// A Markov chain that starts there has every mode at its weight from the first move on, though
  /// it may never cross between them: with a start from all of the data, scores known only near
  /// the data are enough.
  ///
  /// - Reference: Koehler, Vuong 2023, <https://arxiv.org/abs/2310.01762>.
  public func noisedDraws(
    at sigma: Double, samples: Samples, workers: Workers = .all
  ) -> Points {
    var points = draws(samples, purpose: .data)
    let noise = samples.normals(dimension: dimension, for: .start, workers: workers)
    points.combine(.uniform(1), plus: .uniform(Float(sigma)), noise, workers: workers)
    return points
  }
}

extension MixtureScore: DrawableScore {}

extension BoxMixtureScore: DrawableScore {}

extension GaussianScore: DrawableScore {
  /// Rows of N(μ, V).
  public func draws(_ samples: Samples, purpose: Purpose) -> Points {
    gaussianDraws(
      mean: mean, covariance: covariance, noise: 0, samples: samples, purpose: purpose)
  }
}

extension EmpiricalScore: DrawableScore {
  /// Data points, each as likely as the others.
  public func draws(_ samples: Samples, purpose: Purpose) -> Points {
    let values = samples.uniforms(for: purpose).flatMap { uniform in
      cloud.point(Int(uniform * Double(count))).map { Float($0) }
    }
    return Points(count: samples.count, dimension: dimension, values: values)
  }
}

extension NearestNeighborScore: DrawableScore {
  /// Data points, each as likely as the others: the law that smoothing starts from.
  public func draws(_ samples: Samples, purpose: Purpose) -> Points {
    exact.draws(samples, purpose: purpose)
  }
}

extension WidenedScore: DrawableScore where Base: DrawableScore {
  /// Draws of q₀ with noise of width w.
  public func draws(_ samples: Samples, purpose: Purpose) -> Points {
    var points = base.draws(samples, purpose: purpose)
    // The draws before may belong to the base.
    let noise = samples.normals(dimension: dimension, for: purpose, draw: 1 << 16)
    points.combine(.uniform(1), plus: .uniform(Float(width)), noise)
    return points
  }
}
