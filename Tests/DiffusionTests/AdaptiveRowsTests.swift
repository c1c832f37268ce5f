import Arrays
import Diffusion
import TestSupport
import Testing

/// Rows that leave a batch take nothing from those that stay.
@Suite struct AdaptiveRowsTests {
  @Test func `rows that are kept close up in their order`() {
    let points = Points(rows: (0..<6).map { [Float($0), Float($0) + 0.5] })
    for kept in [[0, 1, 2, 3, 4, 5], [1, 4], [5], []] {
      var left = points
      left.keepRows(kept)
      #expect(left == points.rows(at: kept))
    }
    var copied = points
    copied.copyRows([1, 3], of: Points(count: 6, dimension: 2))
    #expect(copied.values == [0, 0.5, 0, 0, 2, 2.5, 0, 0, 4, 4.5, 5, 5.5])
  }

  @Test func `a sum of parts is that of the formula, in Double`() {
    var inputs = Inputs(seed: 9)
    let (x, parts) = (inputs.points(5, 3), (0..<4).map { _ in inputs.points(5, 3) })
    let (steps, weights) = ([0.1, -2, 3, 0, 1e-3], [0.5, 0, -1.25])
    var (sum, bare) = (Points(count: 5, dimension: 3), Points(count: 5, dimension: 3))
    sum.setSum(x, plus: steps, times: weights, of: parts)
    bare.setSum(nil, plus: steps, times: weights, of: parts)
    for row in 0..<5 {
      for axis in 0..<3 {
        let slope = zip(weights, parts).reduce(0) { $0 + $1.0 * Double($1.1[row, axis]) }
        #expect(sum[row, axis] == Float(Double(x[row, axis]) + steps[row] * slope))
        #expect(bare[row, axis] == Float(steps[row] * slope))
      }
    }
  }

  @Test func `an error is a root mean square in units of the tolerance`() {
    let error = Points(rows: [[3, -4], [0, 0], [1, .nan]])
    let (a, b) = (
      Points(rows: [[10, -100], [1, 1], [1, 1]]), Points(rows: [[-20, 0], [1, 1], [1, 1]])
    )
    let sums = error.errors(against: a, b, .sum(absolute: 1, relative: 0.1))
    #expect(abs(sums[0] - (0.5 * (1 + 16.0 / 121)).squareRoot()) < 1e-12)
    let greater = error.errors(against: a, b, .greater(absolute: 4, relative: 0.1))
    #expect(abs(greater[0] - (0.5 * (9.0 / 16 + 0.16)).squareRoot()) < 1e-12)
    #expect(sums[1] == 0 && sums[2].isNaN)
  }

  @Test(arguments: BatchScoreTests.Kind.allCases)
  func `a score answers the rows that stay as before, to the bit`(_ kind: BatchScoreTests.Kind) {
    let score = kind.score(3)
    var inputs = Inputs(seed: 6)
    let count = 90
    let x = inputs.points(count, 3, scale: 2)
    let noise = Noise.each((0..<count).map { 0.003 * Double(1 + $0 * $0) })
    let whole = Workspace(samples: Samples(seed: 4, first: 5, count: count))
    let answers = score.denoised(x, at: noise, in: whole)
    let thinned = Workspace(samples: Samples(seed: 4, first: 5, count: count))
    var (left, rows) = (x, Array(0..<count))
    // Before the first evaluation and after, by one row and by many.
    for keeping in [{ $0 != 7 }, { $0 % 3 != 1 }, { $0 > 60 }, { $0 == 65 }] as [(Int) -> Bool] {
      let kept = rows.indices.filter { keeping(rows[$0]) }
      rows = kept.map { rows[$0] }
      left.keepRows(kept)
      thinned.keep(kept)
      let sigma = Noise.each(rows.map { noise[$0] })
      let again = score.denoised(left, at: sigma, in: thinned)
      #expect(again.bitPatterns == answers.rows(at: rows).bitPatterns)
    }
  }

  @Test func `rows left in place would be answered as other samples`() {
    // A score with shifts of each sample: its memory has to follow the rows.
    let score = BatchScoreTests.Kind.smoothed.score(3)
    var inputs = Inputs(seed: 6)
    let x = inputs.points(20, 3)
    let workspace = Workspace(samples: Samples(seed: 4, count: 20))
    let answers = score.denoised(x, at: .uniform(0.2), in: workspace)
    let late = score.denoised(x.rows(1..<20), at: .uniform(0.2), in: workspace)
    #expect(late.bitPatterns != answers.rows(1..<20).bitPatterns)
  }
}
