import Arrays
import Files
import Foundation
import Testing

/// Smoothed nearest neighbours against the definition, with the shifts every sample has.
@Suite struct NeighborFlowTests {
  static let (count, dimension, shifts) = (24, 3, 4)
  static let smoothing = 0.3
  /// The stream of numbers that shifts come from.
  static let purposeOfShifts: UInt8 = 2

  @Test(arguments: [0.05, 0.7, 20])
  func `the denoiser is the mean over shifted points`(sigma: Double) throws {
    let (folder, data) = try problem(Self.smoothing)
    var dice = Dice(state: 6)
    let points = dice.points(Self.count, Self.dimension, width: 1 + sigma)
    try folder.write(points, to: "points.npy")
    try Command.succeed(
      [
        "score", "model.json", "points.npy", "--sigma", "\(sigma)", "--as", "denoised", "--seed",
        "5", "-o", "out.npy",
      ], in: folder)
    let found = try folder.points("out.npy")
    let formula = NoisedData(data: data, sigma: sigma)
    let length = Self.smoothing * (1 + sigma / deviation(data))
    for row in 0..<Self.count {
      let wanted = barycentre(points.doubles(row), of: row, by: length) {
        formula.denoised($0).clean
      }
      #expect(largestGap(found.doubles(row), wanted) < 2e-5)
    }
  }

  @Test func `a sample is the mean of the points nearest to its shifts`() throws {
    let (folder, data) = try problem(Self.smoothing)
    let samples = try draw(folder)
    var copies = 0
    for row in 0..<Self.count {
      let x = samples.doubles(row)
      let wanted = barycentre(x, of: row, by: Self.smoothing) { nearest($0, in: data) }
      #expect(largestGap(x, wanted) < 1e-3, "sample \(row)")
      copies += largestGap(x, nearest(x, in: data)) < 1e-3 ? 1 : 0
    }
    #expect(copies < Self.count / 2, "barycentres, not copies")
  }

  @Test func `samples without smoothing are training points`() throws {
    let (folder, data) = try problem(0)
    let samples = try draw(folder)
    for row in 0..<Self.count {
      let x = samples.doubles(row)
      #expect(largestGap(x, nearest(x, in: data)) < 1e-3)
    }
  }

  /// √(tr Cov/d) of the data, N in the denominator.
  private func deviation(_ data: [[Double]]) -> Double {
    let n = Double(data.count)
    let mean = (0..<Self.dimension).map { axis in data.reduce(0) { $0 + $1[axis] } / n }
    let squares = data.reduce(0) { $0 + zip($1, mean).reduce(0) { $0 + pow($1.0 - $1.1, 2) } }
    return (squares / n / Double(Self.dimension)).squareRoot()
  }

  /// (1/M) Σ_m f(x + τ e_m) with the shifts of one sample of seed 5.
  private func barycentre(
    _ x: [Double], of sample: Int, by length: Double, _ f: ([Double]) -> [Double]
  ) -> [Double] {
    // Normals less their mean over the shifts, each of unit width again.
    let normals = RandomStream(seed: 5, purpose: Self.purposeOfShifts)
      .normals(
        count: 1, dimension: Self.shifts * Self.dimension, first: UInt64(sample)
      ).doubles(0)
    let width = (Double(Self.shifts) / Double(Self.shifts - 1)).squareRoot()
    let row = normals.indices.map { index in
      let axis = index % Self.dimension
      let total = (0..<Self.shifts).reduce(0) { $0 + normals[$1 * Self.dimension + axis] }
      return width * (normals[index] - total / Double(Self.shifts))
    }
    let ends = (0..<Self.shifts).map { shift in
      f(x.indices.map { x[$0] + length * row[shift * Self.dimension + $0] })
    }
    return mean(of: ends, [Double](repeating: 1 / Double(Self.shifts), count: Self.shifts))
  }

  private func nearest(_ x: [Double], in data: [[Double]]) -> [Double] {
    data.min { squaredDistance($0, x) < squaredDistance($1, x) } ?? []
  }

  private func problem(_ smoothing: Double) throws -> (Folder, [[Double]]) {
    let folder = try Folder()
    var dice = Dice(state: 12)
    let data = dice.points(200, Self.dimension)
    try folder.write(data, to: "data.npy")
    try folder.write(
      """
      {"kind": "neighbors", "data": "data.npy", "smoothing": \(smoothing), \
      "shifts": \(Self.shifts), "neighbors": "all"}
      """, to: "model.json")
    return (folder, (0..<data.count).map(data.doubles))
  }

  /// Down to a σ at which every sample has come to rest: each cell of the data that a sample crosses
  /// takes it some factor e of σ.
  private func draw(_ folder: Folder) throws -> Points {
    try Command.succeed(
      [
        "sample", "model.json", "--count", "\(Self.count)", "--steps", "200", "--seed", "5",
        "--schedule", "log-linear", "--sigma-min", "1e-12", "-o", "out.npy",
      ], in: folder)
    return try folder.points("out.npy")
  }
}
