import ArgumentParser
import Diffusion
import Files
import ReadyModels

/// `tweedie list`: what there is, a line each.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show ready models, toys, samplers, schedules and processes.",
    discussion: """
      EXAMPLE
        tweedie list samplers
      """)

  /// A heading of the list.
  enum Topic: String, CaseIterable {
    case models, toys, samplers, schedules, processes, metrics
  }

  @Argument(help: "models, toys, samplers, schedules, processes or metrics; all unless given.")
  var topic: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let topics = try topic.map { [try Self.topic($0)] } ?? Topic.allCases
    let console = common.console
    console.report(try topics.map { JSONMember($0.rawValue, .array(try entries($0))) })
    for topic in topics {
      let rows = try entries(topic)
      if rows.isEmpty { continue }
      console.tell(topic.rawValue)
      let width = rows.map { ($0["name"]?.text ?? "").count }.max() ?? 0
      for row in rows {
        let name = row["name"]?.text ?? ""
        let padding = String(repeating: " ", count: width - name.count)
        console.tell("  \(name)\(padding)  \(facts(row))\(row["summary"]?.text ?? "")")
      }
    }
  }

  private static func topic(_ name: String) throws -> Topic {
    guard let topic = Topic(rawValue: name) else {
      throw Choices.unknown("topic", name, Topic.allCases.map(\.rawValue))
    }
    return topic
  }

  /// Order and cost of a sampler.
  private func facts(_ row: JSONValue) -> String {
    guard let cost = row["evaluationsPerStep"]?.int else { return "" }
    let order = row["order"]?.int.map { "order \($0)" } ?? "no order"
    return "\(order), \(cost) evaluation\(cost == 1 ? " " : "s") a step; "
  }

  private func entries(_ topic: Topic) throws -> [JSONValue] {
    switch topic {
    case .models:
      return try ReadyModels.names.map { name in
        let model = try LoadedModel.load(name, in: .raw)
        let error = model.heldOut.map { "; held-out error at most \($0.shortWords)" } ?? ""
        return Self.entry(
          name, model.summary + error,
          [
            JSONMember("madeBy", .string(model.madeBy ?? "")),
            JSONMember("heldOut", model.heldOut?.json ?? .null),
          ])
      }
    case .toys: return Toy.all.map { Self.entry($0.name, $0.summary) }
    case .samplers:
      return Choices.allSamplers.map { facts in
        .object([
          JSONMember("name", .string(facts.name)),
          JSONMember("order", facts.order.map { .integer($0) } ?? .null),
          JSONMember("evaluationsPerStep", .integer(facts.evaluationsPerStep)),
          JSONMember("stochastic", .bool(facts.stochastic)),
          JSONMember("adaptive", .bool(facts.adaptive)),
          JSONMember("summary", .string(facts.summary)),
          JSONMember("reference", .string(facts.reference)),
        ])
      }
    case .schedules: return Choices.schedules.map { Self.entry($0.name, $0.summary) }
    case .processes: return Choices.processes.map { Self.entry($0.name, $0.summary) }
    case .metrics: return Choices.Measure.allCases.map { Self.entry($0.rawValue, $0.summary) }
    }
  }

  private static func entry(
    _ name: String, _ summary: String, _ more: [JSONMember] = []
  ) -> JSONValue {
    .object([JSONMember("name", .string(name)), JSONMember("summary", .string(summary))] + more)
  }
}
