public import Arrays

/// The rows still on their way: what an attempt reads and changes.
///
/// Row r of every batch here belongs to `rows[r]`. A row that arrives leaves, the others close up,
/// and it is never evaluated again.
public struct AdaptiveWalk {
  /// States, B × d, in data units.
  public internal(set) var x: Points
  /// Where the attempt would bring them.
  public var candidate: Points
  /// The last D evaluated.
  public var clean: Points
  /// Room for the difference between two candidates.
  public var difference: Points
  /// A method's own room.
  public var scratch: [Points]
  /// Increments of the Brownian path over the widths of this attempt.
  public private(set) var increments: Points
  /// Where each row stands.
  public private(set) var rows: [AdaptiveRow]
  /// The noise process that the method runs.
  public let process: NoiseProcess
  /// Where the way ends.
  public let end: Double
  /// How often every row here has tried a step.
  public private(set) var attempts = 0
  /// Denoiser evaluations of every row here: they are all evaluated together.
  public private(set) var evaluations = 0
  /// What the run comes to, of the rows that have arrived.
  private var outcome: SamplingResult
  /// Where numbers went wrong first.
  private(set) var fault: SamplingStatus?
  private var path: PendingPath?
  private let workspace: Workspace

  init(
    _ start: Points, down levels: NoiseLevels, by method: some AdaptiveSampler,
    workspace: Workspace
  ) {
    // Each batch is made by itself: copies would share memory until the first step parts them.
    let blank = { Points(count: start.count, dimension: start.dimension) }
    x = start
    candidate = blank()
    clean = blank()
    difference = blank()
    scratch = (0..<type(of: method).scratchCount).map { _ in blank() }
    increments = method.facts.stochastic ? blank() : Points(count: 0, dimension: start.dimension)
    process = levels.process
    end = method.position(of: levels.levels[levels.steps - 1])
    let begin = method.position(of: levels.levels[0])
    let width = fitted(method.firstWidth(of: begin - end), into: begin - end)
    rows = (0..<start.count).map { AdaptiveRow(index: $0, position: begin, width: width) }
    let zeros = [Int](repeating: 0, count: start.count)
    outcome = SamplingResult(
      samples: start, evaluations: zeros, accepted: zeros, rejected: zeros, status: .finished)
    path =
      method.keepsNoise ? PendingPath(count: start.count, dimension: start.dimension) : nil
    self.workspace = workspace
  }

  /// The threads that share the work.
  public var workers: Workers { workspace.workers }

  /// D of the states at their σ, into `clean`.
  public mutating func denoise(at sigmas: [Double], with score: some Score) {
    score.denoise(x, at: .each(sigmas), into: &clean, in: workspace)
    evaluations += 1
  }

  /// D of the candidates at their σ, into `clean`.
  public mutating func denoiseCandidate(at sigmas: [Double], with score: some Score) {
    score.denoise(candidate, at: .each(sigmas), into: &clean, in: workspace)
    evaluations += 1
  }

  /// Fills `increments` with N(0, h) over each row's width, given what is known of its path.
  public mutating func drawIncrements() {
    let samples = workspace.samples
    // All rows here have tried as often: the number of the attempt belongs to the row alone.
    RandomStream(seed: samples.seed, for: .step).fillNormals(
      &increments, samples: samples.indices, draw: UInt32(attempts), workers: workers)
    if path == nil {
      increments.scale(by: .each(rows.map { Float($0.width.squareRoot()) }), workers: workers)
    }
    path?.draw(rows.map(\.width), &increments)
  }

  /// Accepts the candidates whose error is at most 1 and sets the widths to try next; returns the
  /// rows accepted.
  public mutating func judge(_ errors: [Double], by method: some AdaptiveSampler) -> [Int] {
    attempts += 1
    var moved: [Int] = []
    for (place, error) in errors.enumerated() {
      let accepted = error <= 1
      rows[place].error = error
      let width = method.width(after: rows[place], accepted: accepted)
      if accepted {
        moved.append(place)
        // The way ends where it ends, not where rounding of the widths' sum brings it.
        let arrives = rows[place].width == rows[place].position - end
        rows[place].position = arrives ? end : rows[place].position - rows[place].width
        rows[place].lastError = error
        rows[place].accepted += 1
      } else {
        rows[place].rejected += 1
        if !error.isFinite { note(rows[place]) }
      }
      rows[place].retries = !accepted
      rows[place].width = fitted(width, into: rows[place].position - end)
    }
    x.copyRows(moved, of: candidate)
    path?.settle(accepted: rows.map { !$0.retries })
    return moved
  }

  /// Takes leave of the rows at the end of the way: `clean`, D of their states there, is what they
  /// come to.
  public mutating func retire() {
    let staying = rows.indices.filter { rows[$0].position > end }
    if staying.count == rows.count { return }
    for place in rows.indices where rows[place].position <= end {
      outcome.samples.copyRow(place, of: clean, to: rows[place].index)
      record(rows[place], in: &outcome)
      if !clean.row(place).allSatisfy(\.isFinite) { note(rows[place]) }
    }
    workspace.keep(staying)
    rows = staying.map { rows[$0] }
    x.keepRows(staying)
    candidate.keepRows(staying)
    clean.keepRows(staying)
    difference.keepRows(staying)
    for index in scratch.indices { scratch[index].keepRows(staying) }
    if increments.count > 0 { increments.keepRows(staying) }
    path?.keep(staying)
  }

  /// What the run would come to if it ended here: arrived rows, and the states of the others.
  var result: SamplingResult {
    var result = outcome
    for (place, row) in rows.enumerated() {
      result.samples.copyRow(place, of: x, to: row.index)
      record(row, in: &result)
    }
    return result
  }

  /// Evaluations of all rows, arrived or not.
  var evaluationTotal: Int {
    outcome.evaluations.reduce(0, +) + rows.count * evaluations
  }

  private mutating func note(_ row: AdaptiveRow) {
    fault = fault ?? .notFinite(row: row.index, step: attempts - 1)
  }

  private func record(_ row: AdaptiveRow, in result: inout SamplingResult) {
    result.evaluations[row.index] = evaluations
    result.accepted[row.index] = row.accepted
    result.rejected[row.index] = row.rejected
  }
}
