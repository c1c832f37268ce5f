import Arrays
import Foundation
import TestSupport
import Testing

@Suite struct InstructionSetTests {
  /// What one instruction set makes of fixed inputs, kernel by kernel.
  static func results() -> [Points] {
    var inputs = Inputs(seed: 5)
    var results: [Points] = []
    let uniform = Workers(count: 1)
    for d in [1, 2, 3, 15, 16, 17, 70, 71] {
      results.append(RandomStream(seed: 9, purpose: 2).normals(count: 37, dimension: d))
      var sum = inputs.points(37, d)
      sum.combine(.uniform(0.3), plus: .uniform(-1.7), inputs.points(37, d), workers: uniform)
      let each = PerRow.each((0..<37).map { Float($0) / 7 })
      sum.combine(each, plus: each, inputs.points(37, d), plus: each, inputs.points(37, d))
      results.append(sum)
      var normals = sum
      sum.combine(
        .uniform(0.3), plus: .uniform(-1.7), inputs.points(37, d), plus: .uniform(0.4),
        inputs.points(37, d), plus: each, inputs.points(37, d), plus: .uniform(2.5),
        drawing: RandomRows(
          RandomStream(seed: 9, purpose: 2), samples: (0..<37).map { 5 + $0 }, draw: 1),
        into: &normals, workers: uniform)
      results += [sum, normals]

      let x = inputs.points(37, d, scale: 2)
      var data = inputs.points(900, d)
      if d >= 70 {
        // Most coordinates hold one value; the others are on few levels where codes are wanted.
        for row in 0..<900 {
          for i in 0..<d {
            if d == 71 { data[row, i] = max(-90, min(90, (20 * data[row, i]).rounded())) }
            if (row * 31 + i * 17) % 10 < 8 { data[row, i] = -1 }
          }
        }
      }
      let cloud = PointCloud(data)
      #expect(cloud.leavesOutUsual == (d >= 70) && cloud.holdsCodes == (d == 71))
      let softmax = PointCloud.SoftmaxScratch(for: cloud, workers: uniform)
      let sigmas = PerRow.each((0..<37).map { 0.01 * Double($0 * $0 + 1) })
      var means = x
      cloud.softmaxMean(at: x, sigma: sigmas, into: &means, scratch: softmax)
      results.append(means)

      let nearest = PointCloud.NearestScratch(for: cloud, wanted: 5, workers: uniform)
      var rows = [Int32](repeating: 0, count: 37 * 5)
      cloud.nearest(to: x, into: &rows, stride: 5, scratch: nearest)
      results.append(Points(count: 37, dimension: 5, values: rows.map(Float.init)))
      let shifts = inputs.points(37 * 2, d)
      cloud.shiftedMean(
        at: x, over: rows, logWeights: [0, 0, 0, 1, 2], shifts: shifts, scale: .uniform(0.5),
        sigma: sigmas, into: &means, workers: uniform)
      results.append(means)
      // Twice: from a pass and from what it left.
      var opposed = shifts
      for row in 0..<37 {
        for i in 0..<d { opposed[2 * row + 1, i] = -shifts[2 * row, i] }
      }
      let history = ProductHistory(for: cloud, rows: 37, shifts: opposed, workers: uniform)
      for scale in [0.5, 0.51] {
        cloud.softmaxMean(
          at: x, sigma: sigmas, scale: .uniform(scale), into: &means, history: history)
        results.append(means)
        cloud.nearest(5, to: x, into: &rows, stride: 5, history: history)
        results.append(Points(count: 37, dimension: 5, values: rows.map(Float.init)))
      }
      results.append(
        cloud.normalCombinations(
          samples: (0..<37).map { $0 }, stream: RandomStream(seed: 1, purpose: 7), workers: uniform)
      )
      for function in [PairFunction.distance, .gaussian(width: 3)] {
        let sums = x.pairTotals(function, with: data, workers: uniform).own.sums
        results.append(Points(count: 37, dimension: 1, values: sums.map { Float($0 / 900) }))
      }

      let mixture = PackedMixture(
        (0..<3).map { index in
          .init(
            logWeight: -Double(index), mean: inputs.row(d),
            variances: index == 0 ? [] : (0..<d).map { _ in inputs.uniform(0.1...1) }, basis: nil,
            rest: index == 0 ? 0.3 : 0)
        }, dimension: d)
      let scratch = PackedMixture.Scratch(for: mixture, workers: uniform)
      for sigma in [sigmas, .uniform(0.2)] {
        mixture.denoise(x, at: sigma, into: &means, scratch: scratch, workers: uniform)
        results.append(means)
      }
      let turned = PackedMixture((0..<20).map { turnedComponent(&inputs, d, $0) }, dimension: d)
      let memory = PackedMixture.Scratch(for: turned, workers: uniform)
      for sigma in [sigmas, .uniform(0.2), .uniform(30)] {
        turned.denoise(x, at: sigma, into: &means, scratch: memory, workers: uniform)
        results.append(means)
      }
    }
    return results + planeResults() + networkResults()
  }

  /// What one instruction set makes of mixtures in few dimensions, few components and many, with
  /// bases and without, near and far.
  static func planeResults() -> [Points] {
    var inputs = Inputs(seed: 7)
    var results: [Points] = []
    for (d, count, turned) in [
      (1, 8, false), (2, 3, true), (2, 20, true), (3, 5, true), (3, 9, false),
    ] {
      let mixture = PackedMixture(
        (0..<count).map { index in
          let (c, s) = (cos(Double(index)), sin(Double(index)))
          let turn = d == 2 ? [c, -s, s, c] : [c, -s, 0, s, c, 0, 0, 0, 1]
          return .init(
            logWeight: -Double(index) / 3, mean: inputs.row(d),
            variances: (0..<d).map { _ in inputs.uniform(0.01...1) },
            basis: turned ? turn : nil, rest: 0)
        }, dimension: d)
      var x = inputs.points(100, d, scale: 2)
      for row in stride(from: 0, to: 100, by: 7) { x[row, 0] *= 300 }
      var means = x
      let workers = Workers(count: 1)
      let scratch = PackedMixture.Scratch(for: mixture, workers: workers)
      let sigmas = PerRow.each((0..<100).map { 0.01 * Double($0 * $0 + 1) })
      for sigma in [sigmas, .uniform(0.02), .uniform(0.5), .uniform(30)] {
        mixture.denoise(x, at: sigma, into: &means, scratch: scratch, workers: workers)
        results.append(means)
      }
    }
    return results
  }

  /// A component whose directions are rows of Householder's reflection.
  private static func turnedComponent(
    _ inputs: inout Inputs, _ d: Int, _ index: Int
  ) -> PackedMixture.Component {
    let (axis, rank) = (inputs.row(d), index % 2 == 0 ? d : (d + 1) / 2)
    let square = axis.reduce(0) { $0 + $1 * $1 }
    let basis = (0..<rank * d).map { at in
      (at / d == at % d ? 1 : 0) - 2 * axis[at / d] * axis[at % d] / square
    }
    return PackedMixture.Component(
      logWeight: 0, mean: inputs.row(d), variances: (0..<rank).map { _ in inputs.uniform(0.1...1) },
      basis: basis, rest: rank < d ? 0.05 : 0)
  }

  /// What one instruction set makes of the kernels of networks.
  static func networkResults() -> [Points] {
    var inputs = Inputs(seed: 6)
    var results: [Points] = []
    func filled(_ rows: Int, _ columns: Int) -> StoreMatrix {
      let matrix = StoreMatrix(rows: rows, columns: columns)
      matrix.values = inputs.points(max(1, rows), max(1, columns)).values
      return matrix
    }
    func keep(_ matrix: StoreMatrix) {
      results.append(
        Points(count: matrix.rows, dimension: matrix.columns, values: matrix.values))
    }
    for (rows, columns, inner) in [
      (1, 1, 1), (7, 2, 33), (23, 50, 16), (13, 70, 5), (85, 3, 12), (22, 64, 9),
    ] {
      let (out, slope) = (filled(rows, columns), filled(rows, columns))
      out.setProduct(
        filled(rows, inner), filled(inner, columns), bias: filled(1, columns), slope: slope,
        adding: filled(rows, columns))
      keep(out)
      keep(slope)
      out.setProduct(filled(rows, inner), filled(inner, columns), bias: filled(1, columns))
      keep(out)
      out.setProduct(filled(inner, rows), transposed: true, filled(inner, columns))
      let bias = filled(1, columns)
      out.setThroughSlope(filled(rows, columns), slope: slope, addingRowsTo: bias)
      keep(out)
      keep(bias)
      let waves = filled(rows, 6)
      waves.setWaves(of: out, frequencies: filled(1, 3))
      keep(waves)
    }
    let stores = (0..<4).map { _ in filled(1, 37) }
    let second = filled(1, 37)
    second.values = second.values.map { $0 * $0 }
    AdamStep(firstShare: 0.1, secondShare: 0.01, rate: 0.1, epsilon: 1e-3, decay: 0.01).apply(
      to: stores[0].store, gradient: stores[1].store, first: stores[2].store,
      second: second.store, 0..<37)
    stores[3].store.approach(stores[0].store, share: 0.3, 0..<37)
    for matrix in stores { keep(matrix) }
    for (rows, columns) in [(3, 7), (5, 16), (9, 49)] {
      let (weights, slope) = (filled(rows, columns), filled(rows, columns))
      weights.makeSoftmax(scale: 0.7)
      slope.makeSoftmaxGradient(of: weights, scale: 0.7)
      keep(weights)
      keep(slope)
      let transpose = StoreMatrix(rows: columns, columns: rows)
      transpose.setTranspose(of: weights)
      keep(transpose)
      let residuals = Residuals(rows: rows, dimension: columns)
      for matrix in [residuals.label, residuals.x] {
        matrix.values = inputs.points(rows, columns).values
      }
      for row in 0..<rows {
        (residuals.skip[row], residuals.scale[row]) = (0.3, 0.8)
        (residuals.weight[row], residuals.huber[row]) = (1.3, row % 2 == 0 ? 0.5 : 0)
      }
      for row in 0..<rows {
        residuals.picks[row] = rows - 1 - row
        (residuals.sigma[row], residuals.factor[row]) = (0.3 + Float(row), 0.7)
      }
      let seen = StoreMatrix(rows: rows, columns: columns)
      residuals.place(
        inputs.points(rows, columns), less: Array(inputs.points(1, columns).values),
        plus: filled(rows, columns), input: seen)
      keep(seen)
      residuals.measure(filled(rows, columns), gradient: slope, factor: 0.1)
      keep(slope)
      let losses = (0..<rows).map { Float(residuals.loss[$0]) }
      results.append(Points(count: rows, dimension: 1, values: losses))
    }
    return results + pictureResults()
  }

  /// What one instruction set makes of the kernels of networks of pictures.
  static func pictureResults() -> [Points] {
    var inputs = Inputs(seed: 7)
    var results: [Points] = []
    let (grid, images) = (PixelGrid(width: 6, height: 4), 2)
    let pixels = images * grid.count
    func filled(_ rows: Int, _ columns: Int) -> StoreMatrix {
      let matrix = StoreMatrix(rows: rows, columns: columns)
      matrix.values = inputs.points(rows, columns).values
      return matrix
    }
    func keep(_ matrix: StoreMatrix) {
      results.append(
        Points(count: matrix.rows, dimension: matrix.columns, values: matrix.values))
    }
    for columns in [3, 8, 24, 32] {
      let (x, outer) = (filled(pixels, columns), filled(pixels, columns))
      for mirrored in [false, true] {
        let patches = StoreMatrix(rows: pixels - 5, columns: 9 * columns)
        patches.setPatches(of: x, grid, from: 3, mirrored: mirrored)
        keep(patches)
      }
      let half = filled(images * grid.half.count, columns)
      half.setPooled(x, grid, factor: 0.25)
      keep(half)
      let (spread, stats) = (filled(pixels, columns), filled(2 * images, columns))
      spread.setSpread(half, grid, factor: 0.7, adding: outer)
      keep(spread)
      spread.addByImage(stats.first(images))
      keep(spread)
      let sums = filled(images, columns)
      sums.setSumsByImage(spread)
      keep(sums)
      let pass = NormPass(
        x, images: images, groups: columns % 8 == 0 ? columns / 4 : 1, gain: filled(1, columns),
        bias: filled(1, columns), stats: stats)
      let (out, gain, bias) = (filled(pixels, columns), filled(1, columns), filled(1, columns))
      pass.forward(into: out)
      keep(out)
      keep(stats)
      pass.backward(
        outer, into: out, adding: spread, gainGradient: gain, biasGradient: bias,
        sums: filled(2, columns))
      for matrix in [out, gain, bias] { keep(matrix) }
    }
    let (parts, sum) = (filled(3, 48), Store<Float>(count: 37))
    let square = sum.setSum(of: parts.store, count: 3, 0..<37)
    results.append(Points(count: 1, dimension: 38, values: sum.values + [Float(square)]))
    return results
  }

  /// In a process of its own: the other tests keep the set they have.
  @Test func `every instruction set gives the same numbers`() async {
    await #expect(processExitsWith: .success) {
      #expect(InstructionSet.baseline.use())
      let plain = InstructionSetTests.results()
      guard InstructionSet.avx2.use() else { return }
      let narrow = InstructionSetTests.results()
      for (a, b) in zip(plain, narrow) {
        // The baseline rounds a product before it adds.
        for (p, q) in zip(a.values, b.values) { #expect(abs(p - q) < 2e-5 * (1 + abs(q))) }
      }
      #expect(zip(plain, narrow).contains { $0.bitPatterns != $1.bitPatterns })
      for wide in [InstructionSet.avx512, .avx512vbmi2] where wide.use() {
        for (a, b) in zip(InstructionSetTests.results(), narrow) {
          #expect(a.bitPatterns == b.bitPatterns)
        }
      }
    }
  }
}
