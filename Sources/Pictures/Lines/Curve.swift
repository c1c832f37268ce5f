/// One line of a chart: places, how sure they are, and how it is drawn.
public struct Curve: Sendable, Equatable {
  /// What stands at every place.
  public enum Marker: Sendable, CaseIterable {
    /// A disc.
    case disc
    /// A square.
    case square
    /// A triangle.
    case triangle
    /// A square on its corner.
    case diamond
  }

  /// How sure the places are: from low to high at each.
  public enum Spread: Sendable, Equatable {
    /// Not said.
    case none
    /// A tinted band, for many places.
    case band(low: [Double], high: [Double])
    /// A bar at each place, for few.
    case bars(low: [Double], high: [Double])
  }

  /// The legend's word for it; empty for a line that needs none.
  public var label: String
  /// Numbers along x.
  public var x: [Double]
  /// Numbers along y; a line is broken where one cannot be shown.
  public var y: [Double]
  /// How sure they are.
  public var spread: Spread
  /// What stands at every place; nothing when nil.
  public var marker: Marker?
  /// Whether the line is dashed, as floors and references are.
  public var isDashed: Bool
  /// Its colour; the palette's next when nil.
  public var color: Color?

  /// A curve.
  public init(
    _ label: String, x: [Double], y: [Double], spread: Spread = .none, marker: Marker? = nil,
    isDashed: Bool = false, color: Color? = nil
  ) {
    precondition(x.count == y.count, "A curve needs as many numbers along x as along y.")
    switch spread {
    case .none: break
    case .band(let low, let high), .bars(let low, let high):
      precondition(
        low.count == x.count && high.count == x.count, "A spread has two numbers for each place.")
    }
    self.label = label
    self.x = x
    self.y = y
    self.spread = spread
    self.marker = marker
    self.isDashed = isDashed
    self.color = color
  }

  /// The ends of the spread, where there is one.
  var ends: (low: [Double], high: [Double])? {
    switch spread {
    case .none: nil
    case .band(let low, let high), .bars(let low, let high): (low, high)
    }
  }
}
