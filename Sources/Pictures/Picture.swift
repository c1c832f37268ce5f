public import Arrays

/// A drawn picture, and what its reader should know that the pixels do not say.
public struct Picture: Sendable, Equatable {
  /// The pixels.
  public var raster: Raster
  /// Sentences for the user: what was left out, what could not be drawn.
  public var notes: [String]

  /// A picture with its notes.
  public init(raster: Raster, notes: [String] = []) {
    self.raster = raster
    self.notes = notes
  }

  /// Said when no font could be read.
  public static let withoutLetters =
    "No font was found, so the picture has no letters; fonts-dejavu-core has one."
}
