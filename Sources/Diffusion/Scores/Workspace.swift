public import Arrays

/// What an evaluation needs beside its arguments: threads, memory that outlives a step, and the
/// samples that the rows of the batch belong to.
///
/// One workspace serves one score on one batch, for as long as the batch is sampled. A score
/// that needs memory asks for an object of a type of its own and finds it again at the next step.
public final class Workspace {
  /// The threads to use.
  public let workers: Workers
  /// Whose rows these are.
  public let samples: Samples
  private var memories: [ObjectIdentifier: AnyObject] = [:]

  /// A workspace for a batch of `samples.count` rows.
  public init(samples: Samples, workers: Workers = .all) {
    self.samples = samples
    self.workers = workers
  }

  /// The object of type `Memory`, made when it is first asked for.
  public func memory<Memory: AnyObject>(_ make: () -> Memory) -> Memory {
    if let known = memories[ObjectIdentifier(Memory.self)] as? Memory { return known }
    let fresh = make()
    memories[ObjectIdentifier(Memory.self)] = fresh
    return fresh
  }
}
