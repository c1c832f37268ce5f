import Arrays
import Diffusion
import Testing

/// The shifts of a smoothed nearest-neighbour score.
@Suite struct ShiftTests {
  @Test(arguments: [2, 4, 7])
  func `shifts are standard normal each and sum to zero`(count: Int) {
    let data = Points(count: 1, dimension: 3)
    let score = NearestNeighborScore(data, smoothing: 1, shifts: count)
    let samples = 20_000
    let shifts = score.shifts(of: Samples(seed: 3, count: samples))
    #expect(shifts.count == samples * count)
    for axis in 0..<3 {
      var (sum, square, worst) = (0.0, 0.0, Float(0))
      for sample in 0..<samples {
        var total: Float = 0
        for shift in 0..<count {
          let value = shifts[sample * count + shift, axis]
          total += value
          if shift == 0 {
            sum += Double(value)
            square += Double(value) * Double(value)
          }
        }
        worst = max(worst, abs(total))
      }
      #expect(worst < 1e-5)
      // n = 20,000: standard errors 0.0071 of the mean and 0.01 of the variance.
      #expect(abs(sum / Double(samples)) < 5 * 0.0071)
      #expect(abs(square / Double(samples) - 1) < 5 * 0.01)
    }
  }

  @Test func `smoothing does not push samples outward`() {
    let data = RandomStream(seed: 2, for: .toy).normals(count: 2000, dimension: 2)
    let dataSquare = meanSquare(data)
    let score = NearestNeighborScore(data, smoothing: 0.2, shifts: 4)
    let samples = Samples(seed: 6, count: 2000)
    let levels = NoiseLevels(steps: 20, from: 80, to: 0.002)
    var run = SamplingRun(
      from: score.matchedStart(at: 80, samples: samples, workers: .all), down: levels, by: Heun(),
      with: score, samples: samples)
    while run.advance() {}
    // E‖x‖² = 2 with a standard error of 2/√2000 = 0.045; samples are means, so not above the data.
    #expect(meanSquare(run.result.samples) < dataSquare + 5 * 0.045)

    // The same shifts with one mean left in: every sample rests further out by τ times it.
    var pushed = run.result.samples
    let loose = samples.normals(dimension: 2, for: .shifts)
    pushed.combine(.uniform(1), plus: .uniform(0.5), loose)
    #expect(meanSquare(pushed) > dataSquare + 5 * 0.045)
  }

  private func meanSquare(_ points: Points) -> Double {
    points.values.reduce(0) { $0 + Double($1) * Double($1) } / Double(points.count)
  }
}
