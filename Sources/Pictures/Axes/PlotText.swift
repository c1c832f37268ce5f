/// What is written around a plot.
public struct PlotText: Sendable, Equatable {
  /// What the picture is of.
  public var title: String
  /// What sets it apart from others of its kind.
  public var subtitle: String
  /// How it was made: "heun, 18 steps, n = 2,000, seed 0".
  public var caption: String

  /// Texts; an empty one takes no room.
  public init(title: String = "", subtitle: String = "", caption: String = "") {
    self.title = title
    self.subtitle = subtitle
    self.caption = caption
  }
}
