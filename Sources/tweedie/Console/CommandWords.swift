import ArgumentParser

/// The words that name a command, checked ahead of the options: those differ between commands, so
/// that a wrong word would be blamed on the first option after it.
enum CommandWords {
  /// - Throws: a usage failure for a first word, or a second after a group, that names no command.
  static func check(_ words: some Sequence<String>) throws(Failure) {
    var known = Tweedie.configuration.subcommands
    for word in words where !word.hasPrefix("-") || known.isEmpty {
      guard !known.isEmpty, word != "help" else { return }
      guard let command = known.first(where: { $0.configuration.commandName == word }) else {
        throw Choices.unknown("command", word, known.map { $0.configuration.commandName ?? "" })
      }
      known = command.configuration.subcommands
    }
  }
}
