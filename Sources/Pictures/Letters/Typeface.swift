import CFreeType
import Foundation

/// The letters of one font file, through FreeType.
///
/// Outlines are placed at fractions of a pixel and not hinted: at the sizes of a picture, even
/// spacing reads better than sharp stems.
public final class Typeface {
  private let library: FT_Library
  private let face: FT_Face

  // Invariant: both handles are valid from the end of `init` until `deinit`, which alone frees
  // them; neither leaves this class.

  /// The font in a file; nil when there is none that FreeType can read.
  public init?(path: String) {
    var library: FT_Library?
    guard FT_Init_FreeType(&library) == 0, let library else { return nil }
    var face: FT_Face?
    guard FT_New_Face(library, path, 0, &face) == 0, let face else {
      FT_Done_FreeType(library)
      return nil
    }
    (self.library, self.face) = (library, face)
  }

  deinit {
    FT_Done_Face(face)
    FT_Done_FreeType(library)
  }

  /// A glyph's cover, placed relative to the pixel its text begins in.
  struct Glyph {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
    var cover: [UInt8]
  }

  /// Pixels from the start of a text to where the next letter would begin.
  public func width(of text: String, size: Double) -> Double {
    pens(of: text, size: size).end
  }

  /// The glyphs of a text whose baseline begins at `fraction` of a pixel; turned ones run upwards.
  func glyphs(of text: String, size: Double, fraction: Position, upwards: Bool) -> [Glyph] {
    pens(of: text, size: size).starts.compactMap { index, pen in
      let x = fraction.x + (upwards ? 0 : pen)
      let y = -fraction.y + (upwards ? pen : 0)
      return glyph(index, x: x, y: y, upwards: upwards)
    }
  }

  /// Where each glyph of a text begins along its baseline, with kerning, and where the text ends.
  private func pens(of text: String, size: Double) -> (starts: [(UInt32, Double)], end: Double) {
    guard setSize(size) else { return ([], 0) }
    var starts: [(UInt32, Double)] = []
    var (pen, previous) = (0.0, UInt32(0))
    for letter in text.unicodeScalars {
      let index = UInt32(FT_Get_Char_Index(face, FT_ULong(letter.value)))
      pen += kerning(previous, index)
      starts.append((index, pen))
      pen += advance(index)
      previous = index
    }
    return (starts, pen)
  }

  private func setSize(_ size: Double) -> Bool {
    guard size.isFinite, size > 0, size < 2000 else { return false }
    return FT_Set_Char_Size(face, 0, FT_F26Dot6((size * 64).rounded()), 72, 72) == 0
  }

  private func kerning(_ left: UInt32, _ right: UInt32) -> Double {
    var delta = FT_Vector()
    let mode = FT_UInt(FT_KERNING_UNFITTED.rawValue)
    guard FT_Get_Kerning(face, left, right, mode, &delta) == 0 else { return 0 }
    return Double(delta.x) / 64
  }

  // Invariant: a loaded glyph stands in `face.pointee.glyph` until the next load; its numbers are
  // copied out before this returns.
  private func advance(_ index: UInt32) -> Double {
    FT_Set_Transform(face, nil, nil)
    guard FT_Load_Glyph(face, index, tweedieLoadUnhinted) == 0, let slot = face.pointee.glyph else {
      return 0
    }
    return Double(slot.pointee.linearHoriAdvance) / 65536
  }

  /// Draws one glyph at a pen in pixels, y up.
  // Invariant: as for `advance`; a rendered bitmap has `rows` rows of `width` bytes, each beginning
  // `pitch` bytes after the one before, and `buffer` is nil only when it has none.
  private func glyph(_ index: UInt32, x: Double, y: Double, upwards: Bool) -> Glyph? {
    var turn = upwards ? FT_Matrix(xx: 0, xy: -0x10000, yx: 0x10000, yy: 0) : Typeface.upright
    var pen = FT_Vector(x: FT_Pos((x * 64).rounded()), y: FT_Pos((y * 64).rounded()))
    FT_Set_Transform(face, &turn, &pen)
    guard FT_Load_Glyph(face, index, tweedieRenderUnhinted) == 0 else { return nil }
    guard let slot = face.pointee.glyph?.pointee, let start = slot.bitmap.buffer else { return nil }
    let (width, height) = (Int(slot.bitmap.width), Int(slot.bitmap.rows))
    let rows = (0..<height).flatMap { row in
      UnsafeBufferPointer(start: start + row * Int(slot.bitmap.pitch), count: width)
    }
    let (left, top) = (Int(slot.bitmap_left), -Int(slot.bitmap_top))
    return Glyph(left: left, top: top, width: width, height: height, cover: rows)
  }

  private static let upright = FT_Matrix(xx: 0x10000, xy: 0, yx: 0, yy: 0x10000)
}
