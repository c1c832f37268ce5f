import Arrays

/// What each row knows of its Brownian path ahead: increments drawn for steps that were taken back.
///
/// A step of width h that is taken back has seen its increment ΔW. The narrower step h′ after it
/// takes its share of the same path,
///
///     ΔW(h′) ~ N((h′/h) ΔW, h′ (h − h′)/h),
///
/// and the rest of ΔW waits for the steps beyond. New noise on every attempt would instead favour
/// small increments, which are taken back less often.
///
/// - Reference: Rackauckas and Nie 2017, <https://doi.org/10.3934/dcdsb.2017133>.
struct PendingPath {
  /// Consecutive pieces at most a row. Beyond it the two furthest become one, and where they met
  /// is forgotten.
  static let depth = 16

  /// One stretch of a path with its increment, in slot `slot` of the store.
  private struct Piece {
    var width: Double
    let slot: Int
  }

  /// The pieces of one row, the nearest first; the first `used` make up the step being tried.
  private struct Row {
    var pieces: [Piece] = []
    var used = 0
  }

  private let dimension: Int
  private var rows: [Row]
  /// Increments by slot, d numbers each.
  private var store: [Float] = []
  private var free: [Int] = []

  init(count: Int, dimension: Int) {
    self.dimension = dimension
    rows = [Row](repeating: Row(), count: count)
  }

  /// Turns standard normals, one row each, into the increments over the widths to try.
  mutating func draw(_ widths: [Double], _ normals: inout Points) {
    for (row, width) in widths.enumerated() {
      var left = width
      var used = 0
      // A remainder within rounding of the width is none.
      while left > 1e-12 * width {
        if used == rows[row].pieces.count {
          append(row, width: left, normals)
        } else if rows[row].pieces[used].width > left * (1 + 1e-12) {
          split(row, used, at: left, normals)
        }
        left -= rows[row].pieces[used].width
        used += 1
      }
      rows[row].used = used
      for column in 0..<dimension {
        normals[row, column] = rows[row].pieces[..<used].reduce(0) {
          $0 + store[$1.slot * dimension + column]
        }
      }
    }
  }

  /// Lets go of what accepted rows have walked; the others keep it for the next attempt.
  mutating func settle(accepted: [Bool]) {
    for row in rows.indices {
      if accepted[row] {
        for piece in rows[row].pieces[..<rows[row].used] { free.append(piece.slot) }
        rows[row].pieces.removeFirst(rows[row].used)
      }
      rows[row].used = 0
      while rows[row].pieces.count > Self.depth { merge(row) }
    }
  }

  /// Drops the paths of other rows than these.
  mutating func keep(_ kept: [Int]) {
    var next = 0
    for row in rows.indices {
      if next < kept.count && kept[next] == row {
        next += 1
      } else {
        free.append(contentsOf: rows[row].pieces.map(\.slot))
      }
    }
    rows = kept.map { rows[$0] }
  }

  /// A fresh piece at the far end.
  private mutating func append(_ row: Int, width: Double, _ normals: Points) {
    let piece = Piece(width: width, slot: slot())
    let deviation = Float(width.squareRoot())
    for column in 0..<dimension {
      store[piece.slot * dimension + column] = deviation * normals[row, column]
    }
    rows[row].pieces.append(piece)
  }

  /// Parts a piece in two by the formula above; the nearer is `width` wide.
  private mutating func split(_ row: Int, _ place: Int, at width: Double, _ normals: Points) {
    let whole = rows[row].pieces[place]
    let near = Piece(width: width, slot: slot())
    let share = Float(width / whole.width)
    let deviation = Float((width * (whole.width - width) / whole.width).squareRoot())
    for column in 0..<dimension {
      let all = store[whole.slot * dimension + column]
      let part = share * all + deviation * normals[row, column]
      store[near.slot * dimension + column] = part
      store[whole.slot * dimension + column] = all - part
    }
    rows[row].pieces[place].width -= width
    rows[row].pieces.insert(near, at: place)
  }

  /// The two furthest pieces become one.
  private mutating func merge(_ row: Int) {
    let last = rows[row].pieces.removeLast()
    let place = rows[row].pieces.count - 1
    rows[row].pieces[place].width += last.width
    let slot = rows[row].pieces[place].slot
    for column in 0..<dimension {
      store[slot * dimension + column] += store[last.slot * dimension + column]
    }
    free.append(last.slot)
  }

  /// Room for one increment.
  private mutating func slot() -> Int {
    if let slot = free.popLast() { return slot }
    let slot = store.count / dimension
    store.append(contentsOf: repeatElement(0, count: dimension))
    return slot
  }
}
