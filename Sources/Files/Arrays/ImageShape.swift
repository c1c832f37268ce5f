/// How a row of numbers is a picture: `height` rows of `width` pixels of `channels` numbers.
///
/// Numbers stand row by row, channels last: width × height × channels of them.
public struct ImageShape: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Numbers of a pixel: 1 (grey) or 3 (red, green, blue).
  public let channels: Int

  /// A shape from its three sizes.
  public init(width: Int, height: Int, channels: Int) {
    self.width = width
    self.height = height
    self.channels = channels
  }

  /// The numbers of one picture; zero where the sizes are not sizes of a picture.
  public var dimension: Int { Words.product([width, height, channels]) ?? 0 }

  /// The picture that the trailing sizes of an array describe: H × W or H × W × C, C being 1 or 3.
  init?(trailing shape: [Int]) {
    guard shape.count == 2 || (shape.count == 3 && (shape[2] == 1 || shape[2] == 3)) else {
      return nil
    }
    guard shape.allSatisfy({ $0 > 0 }) else { return nil }
    self.init(width: shape[1], height: shape[0], channels: shape.count == 3 ? shape[2] : 1)
  }
}
