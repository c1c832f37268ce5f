import CKernels

/// What this processor can do at most, measured: the limits that kernels are held against.
public struct MachineLimits: Sendable {
  /// Multiply-adds in Float32, in 10⁹ floating-point operations a second (two each).
  public let gigaflops: Double
  /// Bytes read and written by out = a x + b y from memory, in 10⁹ a second.
  public let gigabytes: Double
  /// Exponentials, in 10⁹ a second.
  public let exponentials: Double
  /// Standard normals, in 10⁹ a second.
  public let normals: Double

  /// The instruction set that the kernels run on: avx512, avx2 or baseline.
  public static var instructionSet: String { String(cString: kernels_instruction_set()) }

  /// Measures on `workers`, about half a second; `seconds` tells the time of a piece of work.
  public init(workers: Workers, seconds: (@escaping () -> Void) -> Double) {
    /// The best of a few tries, since other work on the machine only ever slows one down.
    func rate(_ work: Double, _ body: @escaping () -> Void) -> Double {
      body()
      return (0..<5).map { _ in work / seconds(body) }.max().map { $0 * 1e-9 } ?? 0
    }

    let (rounds, length) = (1 << 17, 1 << 24)
    gigaflops = rate(2 * 256 * Double(rounds * 8 * workers.count)) {
      workers.forEach(8 * workers.count) { _, _ in keep(kernels_multiply_adds(rounds)) }
    }
    var x = Points(count: length, dimension: 1)
    let y = x
    gigabytes = rate(Double(3 * 4 * length)) {
      x.combine(.uniform(0.5), plus: .uniform(0.5), y, workers: workers)
    }
    // In the first cache: the exponential itself, not the memory.
    let inside = [Float](repeating: -1, count: 1 << 12)
    exponentials = rate(Double(64 * workers.count * inside.count * 64)) {
      workers.forEach(64 * workers.count) { _, _ in
        var out = inside
        for _ in 0..<64 { kernels_exponentials(inside, &out, inside.count) }
        keep(out[0])
      }
    }
    var rows = Points(count: 1 << 12, dimension: 256)
    let stream = RandomStream(seed: 0, purpose: 0)
    let samples = (0..<UInt64(rows.count)).map { $0 }
    normals = rate(Double(rows.count * 256)) {
      stream.fillNormals(&rows, samples: samples, draw: 0, workers: workers)
    }
  }
}

/// Uses a value that nothing else needs, so that the work behind it is done.
@inline(never)
private func keep(_ value: Float) {
  precondition(!value.isNaN, "Measurements work with numbers.")
}
