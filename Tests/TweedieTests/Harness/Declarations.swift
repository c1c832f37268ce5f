import Files
import Foundation
import Testing

/// The options that the commands declare, told by the program itself.
struct Declarations {
  /// One option of one command.
  struct Option: Sendable {
    /// As typed: "fit mixture".
    let command: String
    /// With its hyphens.
    let name: String
    /// What it is for, by which options that commands share are known.
    let help: String
  }

  let options: [Option]

  /// The program's own account, in a folder it may be run in.
  init(in folder: Folder) throws {
    let outcome = try Command.run(["--experimental-dump-help"], in: folder)
    let dump = try JSONValue.parse(Array(outcome.output.utf8), file: "help")
    var options: [Option] = []
    func walk(_ command: JSONValue, _ path: [String]) {
      if case .array(let subcommands)? = command["subcommands"], !subcommands.isEmpty {
        for inner in subcommands { walk(inner, path + [inner["commandName"]?.text ?? ""]) }
        return
      }
      guard path != ["help"], case .array(let arguments)? = command["arguments"] else { return }
      for argument in arguments where argument["kind"]?.text == "option" {
        guard case .array(let names)? = argument["names"],
          let long = names.first(where: { $0["kind"]?.text == "long" })?["name"]?.text
        else { continue }
        options.append(
          Option(
            command: path.joined(separator: " "), name: "--" + long,
            help: argument["abstract"]?.text ?? ""))
      }
    }
    walk(try #require(dump["command"]), [])
    self.options = options
  }
}
