public import Arrays

/// What an evaluation needs beside its arguments: threads, memory that outlives a step, and the
/// samples that the rows of the batch belong to.
///
/// One workspace serves one score on one batch, for as long as the batch is sampled. A score
/// that needs memory asks for an object of a type of its own and finds it again at the next step.
/// Memory that holds something of each sample is a ``RowMemory``.
public final class Workspace {
  /// The threads to use.
  public let workers: Workers
  /// Whose rows these are.
  public private(set) var samples: Samples
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

  /// Goes on with these rows alone, in their order: the others are finished.
  public func keep(_ rows: [Int]) {
    samples = Samples(seed: samples.seed, indices: rows.map { samples.indices[$0] })
    for case let memory as any RowMemory in memories.values { memory.keep(rows) }
  }
}

/// Memory of a score that holds something of each row of the batch, such as choices made once for
/// a sample. Scratch that every evaluation fills anew needs no mention.
public protocol RowMemory: AnyObject {
  /// Drops what belongs to other rows than these, which rise.
  func keep(_ rows: [Int])
}
