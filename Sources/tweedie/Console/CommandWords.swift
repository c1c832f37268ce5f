import ArgumentParser

/// The words that name a command, checked ahead of the options: those differ between commands, so
/// that a wrong word would be blamed on the first option after it.
enum CommandWords {
  /// - Throws: a usage failure for a first word, or a second after a group, that names no command;
  ///   after `help` for any word that does not.
  static func check(_ words: some Sequence<String>) throws(Failure) {
    var known = Tweedie.configuration.subcommands
    var asksHelp = false
    var last = ""
    for word in words {
      // What follows is for the parser itself: a shell's name, a word to complete.
      if parserOptions.contains(word) || word.hasPrefix("---") { return }
      if word.hasPrefix("-") { continue }
      if word == "help", !asksHelp, last.isEmpty {
        asksHelp = true
        continue
      }
      guard !known.isEmpty else {
        guard asksHelp else { return }
        throw .usage("\(last) has no commands of its own, and so none called \(word).")
      }
      guard let command = known.first(where: { $0.configuration.commandName == word }) else {
        throw Choices.unknown("command", word, known.map { $0.configuration.commandName ?? "" })
      }
      last = word
      known = command.configuration.subcommands
    }
  }

  /// Options of the parser's own that take a word.
  private static let parserOptions = ["--generate-completion-script"]

  /// The command that words name, as far as they do.
  static func command(_ words: some Sequence<String>) -> any ParsableCommand.Type {
    var command: any ParsableCommand.Type = Tweedie.self
    for word in words where !word.hasPrefix("-") {
      guard
        let next = command.configuration.subcommands.first(where: {
          $0.configuration.commandName == word
        })
      else { return command }
      command = next
    }
    return command
  }

  /// The sentence for an option that the command does not have but calls by another name, in place
  /// of the parser's `message`; nil for other faults.
  static func renamed(_ message: String, in words: some Sequence<String>) -> String? {
    guard let quoted = message.firstMatch(of: /Unknown option '([^']*)'/) else { return nil }
    let word = String(quoted.1.prefix { $0 != "=" })
    guard let option = Choices.option(for: word),
      Tweedie.helpMessage(for: command(words), columns: 1000).contains("\(option) ")
    else { return nil }
    return "Unknown option '\(word)'. Did you mean '\(option)'?"
  }
}
