import Arrays
import TestSupport
import Testing

@Suite struct RandomStreamTests {
  /// Counter, key and words of Random123's known-answer file for Philox 4×32-10.
  static let knownAnswers: [[[UInt32]]] = [
    [[0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]],
    [
      [.max, .max, .max, .max], [.max, .max],
      [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd],
    ],
    [
      [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
    ],
  ]

  @Test(arguments: knownAnswers)
  func `the twin gives the published words`(_ answer: [[UInt32]]) {
    #expect(PhiloxTwin.block(answer[0], key: answer[1]) == answer[2])
    #expect(PhiloxTwin.block(answer[0], key: [answer[1][0] ^ 1, answer[1][1]]) != answer[2])
  }

  @Test func `the kernel gives the published words of counter zero`() {
    #expect(RandomStream(seed: 0, purpose: 0).words(4, sample: 0) == Self.knownAnswers[0][2])
  }

  @Test func `the kernel gives the words of its twin at any address`() {
    var inputs = Inputs(seed: 1)
    for count in 1...70 {
      let (seed, sample) = (inputs.bits(), inputs.bits() >> 8)
      let (purpose, draw) = (UInt8.random(inputs.bits()), UInt32(inputs.bits() >> 32))
      let words = RandomStream(seed: seed, purpose: purpose).words(
        count, sample: sample, draw: draw)
      let twin = PhiloxTwin.words(count, seed: seed, purpose: purpose, sample: sample, draw: draw)
      #expect(words == twin)
    }
  }

  /// Float32 rounds logarithm, root and turn, some units of 2⁻²⁴ of the radius r; and it rounds u,
  /// which moves r²/2 = −ln u by 2⁻²⁵/u and so r by 2⁻²⁵/r where u is near one.
  @Test func `normals agree with their twin in Double for every size of tail`() {
    let stream = RandomStream(seed: 0x1234_5678_9abc_def0, purpose: 7)
    var worst = 0.0
    for dimension in 1...70 {
      let count = 1 + (dimension * 7) % 40
      let samples = (0..<count).map { UInt64($0) << 40 | UInt64(dimension * 1000 + $0) }
      var points = Points(count: count, dimension: dimension)
      stream.fillNormals(&points, samples: samples, draw: 3)
      for row in 0..<count {
        let words = PhiloxTwin.words(
          ofNormals: dimension, seed: stream.seed, purpose: 7, sample: samples[row], draw: 3)
        let twin = PhiloxTwin.normals(words)
        let first = PhiloxTwin.offset(ofNormals: dimension, sample: samples[row])
        for (index, ours) in points.row(row).enumerated() {
          let pair = (first + index) / 2 * 2
          let radius = norm(Array(twin[pair...pair + 1]))
          let error = abs(Double(ours) - twin[first + index])
          worst = max(worst, error / (0x1p-22 * radius + 0x1p-24 / radius))
          Measured.record("normals", error)
        }
      }
    }
    #expect(worst < 1, "\(worst) of the bound")
  }

  /// Samples in any order, with gaps and repetitions, against each alone.
  @Test(arguments: [1, 2, 3])
  func `samples that share a block are the same in any company`(_ dimension: Int) {
    let stream = RandomStream(seed: 3, purpose: 2)
    let samples: [UInt64] =
      [7, 6, 6, 0, 1, 2, 3, 4, 1 << 40, (1 << 40) + 1, 99, 5] + Array(200..<300)
      // Blocks in order, before and after their number takes more than 32 bits.
      + Array((1 << 33) - 133..<(1 << 33) + 140) + Array((1 << 34) - 133..<(1 << 34) + 140)
    var together = Points(count: samples.count, dimension: dimension)
    stream.fillNormals(&together, samples: samples, draw: 9)
    for (row, sample) in samples.enumerated() {
      let alone = stream.normals(count: 1, dimension: dimension, first: sample, draw: 9)
      #expect(Array(together.row(row)) == Array(alone.row(0)))
    }
    #expect(Set(together.values).count == (samples.count - 1) * dimension)
  }

  @Test(arguments: [(1, 1), (2, 40), (5, 17), (16, 3), (64, 33), (70, 16)])
  func `a sample's numbers depend neither on the batch nor on the threads`(
    _ dimension: Int, _ count: Int
  ) {
    let stream = RandomStream(seed: 3, purpose: 1)
    let whole = stream.normals(count: count, dimension: dimension, first: 100, draw: 9)
    for workers in [1, 2] {
      for size in [1, 7, 16, count] {
        var parts: [UInt32] = []
        for first in stride(from: 0, to: count, by: size) {
          let rows = first..<min(count, first + size)
          var part = Points(count: rows.count, dimension: dimension)
          stream.fillNormals(
            &part, samples: rows.map { 100 + UInt64($0) }, draw: 9,
            workers: Workers(count: workers))
          parts += part.bitPatterns
        }
        #expect(parts == whole.bitPatterns)
      }
    }
    let other = RandomStream(seed: 3, purpose: 2)
      .normals(count: count, dimension: dimension, first: 100, draw: 9)
    #expect(other.bitPatterns != whole.bitPatterns)
  }

  @Test func `a longer row begins with the shorter one`() {
    let stream = RandomStream(seed: 5, purpose: 0)
    let long = stream.normals(count: 3, dimension: 64)
    let short = stream.normals(count: 3, dimension: 9)
    for row in 0..<3 { #expect(Array(long.row(row).prefix(9)) == Array(short.row(row))) }
  }

  /// n = 10⁶: the moments within 4.5 standard errors, Kolmogorov's statistic below its 0.1 %.
  @Test func `normals are standard normal`() {
    let n = 1_000_000
    let numbers = RandomStream(seed: 11, purpose: 0).normals(count: n / 8, dimension: 8)
      .values.map(Double.init)
    for (power, expected) in [(1, 0.0), (2, 1), (3, 0), (4, 3), (6, 15)] {
      let moment = Estimate(numbers.map { number in (0..<power).reduce(1) { p, _ in p * number } })
      #expect(moment.deviation(from: expected) < 4.5, "moment \(power): \(moment)")
    }
    #expect(kolmogorov(numbers, normalDistribution) < 1.95)
    // The control: a width off by one percent is seen.
    #expect(kolmogorov(numbers.map { 1.01 * $0 }, normalDistribution) > 1.95)
  }

  /// n = 250,000 pairs: correlation has standard error 0.002.
  @Test func `samples, purposes, draws and seeds are independent`() {
    let n = 250_000
    let base = RandomStream(seed: 21, purpose: 4)
    let numbers = base.normals(count: n, dimension: 1).values
    let others = [
      base.normals(count: n, dimension: 1, first: 1).values,
      base.normals(count: n, dimension: 1, draw: 1).values,
      RandomStream(seed: 22, purpose: 4).normals(count: n, dimension: 1).values,
      RandomStream(seed: 21, purpose: 5).normals(count: n, dimension: 1).values,
      base.normals(count: n, dimension: 2).values.enumerated()
        .filter { !$0.offset.isMultiple(of: 2) }.map(\.element),
    ]
    for other in others {
      for transform in [{ $0 }, { $0 * $0 - 1 }] as [(Double) -> Double] {
        let products = zip(numbers, other).map { transform(Double($0)) * transform(Double($1)) }
        #expect(Estimate(products).deviation(from: 0) < 4.5)
      }
    }
    let same = Estimate(zip(numbers, numbers).map { Double($0) * Double($1) })
    #expect(same.deviation(from: 0) > 100)
  }

  @Test(arguments: [1, 7, 16, 100])
  func `uniforms of many samples are those of each`(_ count: Int) {
    let stream = RandomStream(seed: 4, purpose: 9)
    let samples = (0..<UInt64(count)).map { $0 * $0 % 50 + (1 << 33) }
    let each = samples.map { stream.uniforms(1, sample: $0, draw: 3)[0] }
    #expect(stream.uniforms(samples: samples, draw: 3) == each)
  }

  @Test func `uniforms lie inside the open interval and are uniform`() {
    let stream = RandomStream(seed: 8, purpose: 3)
    let numbers = (0..<2000).flatMap { stream.uniforms(50, sample: $0) }
    #expect(numbers.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(kolmogorov(numbers) { $0 } < 1.95)
    #expect(RandomStream.uniform(.max, .max) < 1)
    #expect(RandomStream.uniform(0, 0) > 0)
  }
}

extension UInt8 {
  fileprivate static func random(_ bits: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: bits) }
}
