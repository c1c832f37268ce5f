import Arrays
import Foundation
import TestSupport
import Testing

/// Products and waves of stores against plain formulas in Double.
@Suite struct ProductTests {
  static let sizes = [
    (1, 1, 1), (1, 2, 128), (5, 16, 3), (6, 17, 40), (11, 33, 7), (12, 48, 16), (13, 64, 31),
    (25, 65, 64), (50, 200, 19),
    (64, 2, 9), (70, 3, 20), (9, 4, 256), (22, 128, 30),
  ]

  static func filled(_ rows: Int, _ columns: Int, _ inputs: inout Inputs) -> StoreMatrix {
    let matrix = StoreMatrix(rows: rows, columns: columns)
    matrix.values = inputs.points(rows, columns).values
    return matrix
  }

  @Test(arguments: sizes, [false, true])
  func `a product is its sums, with bias, silu and what is added`(
    size: (Int, Int, Int), transposed: Bool
  ) {
    let (rows, columns, inner) = size
    var inputs = Inputs(seed: 1)
    let a = Self.filled(transposed ? inner : rows, transposed ? rows : inner, &inputs)
    let (b, bias) = (Self.filled(inner, columns, &inputs), Self.filled(1, columns, &inputs))
    let added = Self.filled(rows, columns, &inputs)
    let (plain, out) = (
      StoreMatrix(rows: rows, columns: columns), StoreMatrix(rows: rows, columns: columns)
    )
    let slope = StoreMatrix(rows: rows, columns: columns)
    plain.setProduct(a, transposed: transposed, b)
    out.setProduct(a, transposed: transposed, b, bias: bias, slope: slope, adding: added)
    for row in 0..<rows {
      for column in 0..<columns {
        var (sum, size) = (0.0, 0.0)
        for p in 0..<inner {
          let term = Double(transposed ? a[p, row] : a[row, p]) * Double(b[p, column])
          sum += term
          size += abs(term)
        }
        // One rounding of 6e-8 of a partial sum a term, at most.
        let bound = 6e-8 * Double(inner) * size + 1e-7
        #expect(abs(Double(plain[row, column]) - sum) <= bound)
        let z = sum + Double(bias[0, column])
        let s = 1 / (1 + exp(-z))
        #expect(
          abs(Double(out[row, column]) - z * s - Double(added[row, column])) < 2 * bound + 2e-6)
        #expect(abs(Double(slope[row, column]) - s * (1 + z * (1 - s))) < 2 * bound + 2e-6)
      }
    }
    // What lies between the columns and the next whole vector stays zero.
    for row in 0..<rows {
      for column in columns..<out.stride { #expect(out.store[row * out.stride + column] == 0) }
    }
  }

  @Test func `a row of a product has the same bits among any others`() {
    var inputs = Inputs(seed: 2)
    let (a, b) = (Self.filled(29, 50, &inputs), Self.filled(50, 70, &inputs))
    let whole = StoreMatrix(rows: 29, columns: 70)
    whole.setProduct(a, b)
    for rows in 1...28 {
      let part = StoreMatrix(rows: rows, columns: 70)
      part.setProduct(a.first(rows), b)
      #expect(part.values == Array(whole.values.prefix(rows * 70)))
    }
  }

  @Test(arguments: 1...4, [false, true])
  func `few columns have the bits of the same columns among many`(few: Int, transposed: Bool) {
    var inputs = Inputs(seed: 4)
    let inner = 37
    for rows in [1, 7, 8, 16, 31, 85] {
      let a = Self.filled(transposed ? inner : rows, transposed ? rows : inner, &inputs)
      let (b, bias) = (Self.filled(inner, 20, &inputs), Self.filled(1, 20, &inputs))
      let (added, many) = (Self.filled(rows, 20, &inputs), StoreMatrix(rows: rows, columns: 20))
      many.setProduct(a, transposed: transposed, b, bias: bias, adding: added)
      func part(_ whole: StoreMatrix) -> StoreMatrix {
        let part = StoreMatrix(rows: whole.rows, columns: few)
        for row in 0..<whole.rows { for j in 0..<few { part[row, j] = whole[row, j] } }
        return part
      }
      let out = part(added)
      out.setProduct(a, transposed: transposed, part(b), bias: part(bias), adding: out)
      #expect(out.values == part(many).values)
      for row in 0..<rows {
        for column in few..<out.stride { #expect(out.store[row * out.stride + column] == 0) }
      }
    }
  }

  @Test func `waves are sines and cosines`() {
    var inputs = Inputs(seed: 3)
    let x = Self.filled(40, 1, &inputs)
    let frequencies = StoreMatrix(rows: 1, columns: 5)
    frequencies.values = [0.125, 0.5, 1, 2, 4]
    let waves = StoreMatrix(rows: 40, columns: 10)
    waves.setWaves(of: x, frequencies: frequencies)
    for row in 0..<40 {
      for k in 0..<5 {
        let angle = 2 * Double.pi * Double(x[row, 0]) * Double(frequencies[0, k])
        // The number of turns, up to 24, is rounded to 6e-8 of itself, times 2 pi.
        #expect(abs(Double(waves[row, k]) - sin(angle)) < 1e-5)
        #expect(abs(Double(waves[row, 5 + k]) - cos(angle)) < 1e-5)
      }
    }
  }

  @Test func `a transpose swaps rows and columns`() {
    var inputs = Inputs(seed: 4)
    let a = Self.filled(19, 37, &inputs)
    let transpose = StoreMatrix(rows: 37, columns: 19)
    transpose.setTranspose(of: a)
    for row in 0..<19 { for column in 0..<37 { #expect(transpose[column, row] == a[row, column]) } }
  }
}
