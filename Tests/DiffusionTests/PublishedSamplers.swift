import Foundation

/// Published algorithms in Double for one point, straight from their formulas.
///
/// Each takes the first state, all levels with the final 0, and D(x; σ).
enum PublishedSamplers {
  typealias Vector = [Double]
  typealias Denoiser = (Vector, Double) -> Vector

  /// Σ c v.
  private static func sum(_ terms: (Double, Vector)...) -> Vector {
    terms[0].1.indices.map { i in terms.reduce(0) { $0 + $1.0 * $1.1[i] } }
  }

  static func euler(_ start: Vector, _ sigmas: [Double], _ denoise: Denoiser) -> Vector {
    var x = start
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let slope = sum((1 / sigma, x), (-1 / sigma, denoise(x, sigma)))
      x = sum((1, x), (next - sigma, slope))
    }
    return x
  }

  /// Karras et al. 2022, algorithm 1.
  static func heun(_ start: Vector, _ sigmas: [Double], _ denoise: Denoiser) -> Vector {
    var x = start
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let slope = sum((1 / sigma, x), (-1 / sigma, denoise(x, sigma)))
      let euler = sum((1, x), (next - sigma, slope))
      guard next > 0 else { return euler }
      let second = sum((1 / next, euler), (-1 / next, denoise(euler, next)))
      x = sum((1, x), ((next - sigma) / 2, slope), ((next - sigma) / 2, second))
    }
    return x
  }

  /// Lu et al. 2022, algorithm 2.
  static func dpm2M(_ start: Vector, _ sigmas: [Double], _ denoise: Denoiser) -> Vector {
    var x = start
    var last: (clean: Vector, h: Double)?
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let clean = denoise(x, sigma)
      if next == 0 { return clean }
      let h = log(sigma) - log(next)
      var blend = clean
      if let last {
        let r = last.h / h
        blend = sum((1 + 1 / (2 * r), clean), (-1 / (2 * r), last.clean))
      }
      x = sum((next / sigma, x), (1 - exp(-h), blend))
      last = (clean, h)
    }
    return x
  }

  /// The three-point update of the DPM-Solver program; `curvature` times its d₂.
  static func dpm3M(
    _ start: Vector, _ sigmas: [Double], _ denoise: Denoiser, curvature: Double = 1
  ) -> Vector {
    var x = start
    var past: [(clean: Vector, h: Double)] = []
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let clean = denoise(x, sigma)
      if next == 0 { return clean }
      let h = log(sigma) - log(next)
      let phi2 = (exp(-h) - 1) / h + 1
      let phi3 = phi2 / h - 0.5
      x = sum((exp(-h), x), (1 - exp(-h), clean))
      if past.count > 1 {
        let (r0, r1) = (past[0].h / h, past[1].h / h)
        let a = sum((1 / r0, clean), (-1 / r0, past[0].clean))
        let b = sum((1 / r1, past[0].clean), (-1 / r1, past[1].clean))
        let slope = sum((1 + r0 / (r0 + r1), a), (-r0 / (r0 + r1), b))
        let curve = sum((1 / (r0 + r1), a), (-1 / (r0 + r1), b))
        x = sum((1, x), (phi2, slope), (-curvature * phi3, curve))
      } else if let last = past.first {
        let r = last.h / h
        x = sum((1, x), (phi2 / r, clean), (-phi2 / r, last.clean))
      }
      past = [(clean, h)] + past.prefix(1)
    }
    return x
  }

  /// Zhao et al. 2023, for data prediction; `base` is B₁ or B₂.
  static func uniPC(
    _ start: Vector, _ sigmas: [Double], _ denoise: Denoiser, order: Int, base: Int
  ) -> Vector {
    let levels = sigmas.count - 1
    var corrected = start
    var known = [(lambda: -log(sigmas[0]), clean: denoise(start, sigmas[0]))]
    for i in 1..<levels {
      let p = min(order, i, levels + 1 - i)
      let here = known[known.count - 1]
      let lambda = -log(sigmas[i])
      let hh = here.lambda - lambda
      var nodes: [Double] = []
      var slopes: [Vector] = []
      for k in 1..<max(p, 1) {
        let earlier = known[known.count - 1 - k]
        let r = (earlier.lambda - here.lambda) / (lambda - here.lambda)
        nodes.append(r)
        slopes.append(sum((1 / r, earlier.clean), (-1 / r, here.clean)))
      }
      nodes.append(1)
      let scale = base == 1 ? hh : exp(hh) - 1
      var (phi, factorial) = ((exp(hh) - 1) / hh - 1, 1.0)
      var (rows, right): ([[Double]], [Double]) = ([], [])
      for j in 1...p {
        rows.append(nodes.map { pow($0, Double(j - 1)) })
        right.append(phi * factorial / scale)
        factorial *= Double(j + 1)
        phi = phi / hh - 1 / factorial
      }
      let plain = sum((sigmas[i] / sigmas[i - 1], corrected), (1 - exp(hh), here.clean))
      let predictor =
        p == 2 ? [0.5] : solve(rows.dropLast().map { Array($0.dropLast()) }, right.dropLast())
      var predicted = plain
      for (weight, slope) in zip(predictor, slopes) {
        predicted = sum((1, predicted), (-scale * weight, slope))
      }
      let clean = denoise(predicted, sigmas[i])
      let corrector = p == 1 ? [0.5] : solve(rows, right)
      corrected = plain
      let change = sum((1, clean), (-1, here.clean))
      for (weight, slope) in zip(corrector, slopes + [change]) {
        corrected = sum((1, corrected), (-scale * weight, slope))
      }
      known.append((lambda, clean))
    }
    return known[known.count - 1].clean
  }

  /// Permenter, Yuan 2023, μ = 0.
  static func gradientEstimation(
    _ start: Vector, _ sigmas: [Double], _ denoise: Denoiser, gamma: Double
  ) -> Vector {
    var x = start
    var last: Vector?
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let clean = denoise(x, sigma)
      if next == 0 { return clean }
      let noise = sum((1 / sigma, x), (-1 / sigma, clean))
      x = sum((1, x), (next - sigma, sum((gamma, noise), (1 - gamma, last ?? noise))))
      last = noise
    }
    return x
  }

  /// x with A x = b, by elimination.
  private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var (a, b) = (matrix, right)
    for i in b.indices {
      let pivot = (i..<b.count).max { abs(a[$0][i]) < abs(a[$1][i]) } ?? i
      a.swapAt(i, pivot)
      b.swapAt(i, pivot)
      for j in b.indices where j > i {
        let factor = a[j][i] / a[i][i]
        for k in b.indices { a[j][k] -= factor * a[i][k] }
        b[j] -= factor * b[i]
      }
    }
    for i in b.indices.reversed() {
      for k in b.indices where k > i { b[i] -= a[i][k] * b[k] }
      b[i] /= a[i][i]
    }
    return b
  }
}
