/// The JSON file beside an array that says what made it.
public enum Sidecar {
  /// Where it stands: `out.npy` → `out.npy.json`.
  public static func path(beside path: String) -> String { path + ".json" }

  /// Its bytes: one object, the members in the order given.
  public static func encode(_ members: [JSONMember]) -> [UInt8] {
    Array(JSONValue.object(members).pretty.utf8)
  }

  /// Writes it beside the array at `path`.
  ///
  /// - Throws: `cannotWrite` as `AtomicFile` does.
  public static func write(_ members: [JSONMember], beside path: String, overwrite: Bool)
    throws(FileError)
  {
    try AtomicFile.write(encode(members), to: Self.path(beside: path), overwrite: overwrite)
  }
}
