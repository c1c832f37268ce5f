public import Arrays

/// Where the noise of the steps comes from: standard normals for each sample and step.
public protocol Increments: Sendable {
  /// Fills row r with d standard normals that belong to `samples` row r and this step.
  func fill(
    _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
    workers: Workers)

  /// The address of the same normals, where they are one row of a stream for each sample: a step
  /// then draws them on the way. Nil, unless a type says so, where they are not.
  func rows(for samples: Samples, step: Int, from level: Level, to next: Level) -> RandomRows?
}

extension Increments {
  /// None.
  public func rows(
    for samples: Samples, step: Int, from level: Level, to next: Level
  ) -> RandomRows? { nil }
}

/// Noise addressed by the number of the step.
public struct IndependentIncrements: Increments {
  /// The noise of every sampler unless another is given.
  public init() {}

  /// Row r gets the numbers of its sample and this step.
  public func fill(
    _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
    workers: Workers
  ) {
    RandomStream(seed: samples.seed, for: .step)
      .fillNormals(&normals, samples: samples.indices, draw: UInt32(step), workers: workers)
  }

  /// The samples' numbers of this step.
  public func rows(
    for samples: Samples, step: Int, from level: Level, to next: Level
  ) -> RandomRows? {
    RandomRows(
      RandomStream(seed: samples.seed, for: .step), samples: samples.indices, draw: UInt32(step))
  }
}
