import Arrays
import Diffusion
import Files
import Foundation
import Pictures

/// The loop around a training run: reports, checkpoints, pictures, Ctrl-C, the model at the end.
struct TrainSession {
  let run: TrainingRun
  let shape: NetworkShape
  let source: TrainingSource
  let command: TrainCommand
  private var history: [TrainingReport] = []
  private var secondsBefore = 0.0
  private let start = ContinuousClock.now

  init(run: TrainingRun, shape: NetworkShape, source: TrainingSource, command: TrainCommand) {
    (self.run, self.shape, self.source, self.command) = (run, shape, source, command)
  }

  private var console: Console { command.common.console }
  private var checkpoint: String { Checkpoint.path(beside: command.output) }
  private var curve: String { LearningCurve.path(beside: command.output) }
  private var fingerprint: String {
    Checkpoint.fingerprint(run, shape, dataDigest: source.digest)
  }
  private var seconds: Double { secondsBefore + (ContinuousClock.now - start).seconds }
  private var title: String {
    URL(fileURLWithPath: command.output).deletingPathExtension().lastPathComponent
  }

  mutating func restore() throws {
    (secondsBefore, history) = try Checkpoint.restore(
      run, fingerprint: fingerprint, from: checkpoint)
    console.note("note: going on after step \(run.step) of \(run.settings.steps).")
  }

  mutating func train() throws {
    Interrupt.savesOnRequest()
    console.note(
      "\(run.bestScore.summary); \(run.settings.steps) steps of \(run.settings.batchSize) rows")
    var line = console.progress("training")
    let (first, begun) = (run.step, ContinuousClock.now)
    var saved = ContinuousClock.now
    while run.advance() {
      if run.isReportDue {
        line.end()
        try report()
      }
      line.update(done: run.step - first, total: run.settings.steps - first)
      if console.isInterrupted {
        line.end()
        try save()
        Interrupt.sentence =
          "Interrupted: the work so far is in \(checkpoint); --resume goes on from there."
        throw Failure.interrupted
      }
      if (ContinuousClock.now - saved).seconds > command.checkpointEvery {
        try save()
        saved = .now
      }
      if let duration = command.options.duration, (ContinuousClock.now - begun).seconds > duration {
        break
      }
    }
    line.end()
    if case .notFinite(let step) = run.status {
      throw Failure.run(
        "Loss or gradient is not finite at step \(step + 1); a smaller --rate may help.")
    }
    if run.hasUnreportedSteps { try report() }
    try finish()
  }

  private func save() throws {
    try Checkpoint.write(
      run, fingerprint: fingerprint, seconds: seconds, history: history, to: checkpoint)
  }

  /// One line of the report, and the picture.
  private mutating func report() throws {
    let report = run.report()
    history.append(report)
    console.tell(words(report))
    console.report(report.members + [JSONMember("seconds", .number(seconds))])
    console.flush()
    try LearningCurve.write(history, title: title, to: curve)
    if command.samplesEvery > 0, history.count % command.samplesEvery == 0 { try drawSamples() }
  }

  private func words(_ report: TrainingReport) -> String {
    let bands = report.excess.map { (100 * $0.heldOut).formatted(digits: 2) }
    let floor = report.floor.map { " (floor \($0.formatted(digits: 4)))" } ?? ""
    return "step \(report.step)  \(seconds.formatted(digits: 3)) s  "
      + "loss \(report.loss.formatted(digits: 4))\(floor)  "
      + "excess by band % \(bands.joined(separator: " "))\(report.isBest ? "" : "  (not the best)")"
  }

  /// Samples of the best network so far, beside the output.
  private func drawSamples() throws {
    let score = NetworkFile.model(run.bestScore, in: source.plane)
    let levels = NoiseLevels(
      steps: 32, from: 160 * score.deviation, to: 0.004 * score.deviation)
    let samples = Samples(seed: command.common.seed, count: source.image == nil ? 2000 : 64)
    let workers = command.common.workers
    let start = score.matchedStart(at: levels.sigmaMax, samples: samples, workers: workers)
    var sampling = SamplingRun(
      from: start, down: levels, by: Heun(), with: score, samples: samples, workers: workers)
    while sampling.advance() {}
    let picture = Drawing.draw(
      source.frame.differences(sampling.result.samples), image: source.image,
      range: source.range, title: title, caption: "after \(run.step) steps",
      about: source.frame.origin)
    try AtomicFile.write(
      encodePNG(picture.raster, texts: [("Comment", commandLine)]),
      to: LearningCurve.samplesPath(beside: command.output), overwrite: true)
  }

  private func finish() throws {
    let best = run.finalReport(loss: history.last?.loss ?? .nan)
    let file = NetworkFile(
      score: run.bestScore, shape: shape, plane: source.plane, frame: source.frame,
      image: source.image, range: source.range, name: title, madeBy: commandLine,
      heldOut: HeldOutError(best))
    try AtomicFile.write(file.encode(), to: command.output, overwrite: command.common.overwrite)
    // The model is there: the way to it is no longer needed.
    try? FileManager.default.removeItem(atPath: checkpoint)
    let status =
      switch run.status {
      case .stoppedEarly: "stopped early"
      case .running: "out of time"
      default: "finished"
      }
    let largest = (100 * best.worstHeldOut).formatted(digits: 3)
    console.tell(
      "\(status) after \(run.step) steps, \(seconds.formatted(digits: 3)) s; in the worst band of "
        + "noise the held-out error is \(largest) % of the \(best.measure.rawValue)")
    for path in [command.output, curve] { console.tell("wrote \(path)") }
    console.report(
      best.members + [
        JSONMember("seconds", .number(seconds)), JSONMember("status", .string(status)),
        JSONMember("outputs", JSONValue([command.output, curve])),
      ])
  }
}
