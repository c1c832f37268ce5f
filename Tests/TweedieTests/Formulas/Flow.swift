import Foundation

/// Samplers in Float64, written from the papers.
enum Flow {
  /// t_i = (σ_max^(1/ρ) + i/(n−1) (σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ and t_n = 0: Karras et al. 2022,
  /// equation 5.
  static func karras(_ n: Int, from high: Double, to low: Double, rho: Double) -> [Double] {
    let (a, b) = (pow(high, 1 / rho), pow(low, 1 / rho))
    var levels = (0..<n).map { (i: Int) -> Double in
      pow(a + Double(i) / Double(n - 1) * (b - a), rho)
    }
    levels.append(0)
    return levels
  }

  /// Algorithm 1 of Karras et al. 2022 with s = 1 and σ = t; without `correct`, its Euler version.
  static func karrasAlgorithm1(
    _ start: [Double], _ t: [Double], _ laws: [any NoisedFormula], correct: Bool
  ) -> [Double] {
    var x = start
    for i in 0..<t.count - 1 {
      let d = slope(x, laws[i].denoised(x).clean, t[i])
      var next = zip(x, d).map { $0 + (t[i + 1] - t[i]) * $1 }
      if correct && t[i + 1] != 0 {
        let d2 = slope(next, laws[i + 1].denoised(next).clean, t[i + 1])
        next = x.indices.map { x[$0] + (t[i + 1] - t[i]) * (d[$0] + d2[$0]) / 2 }
      }
      x = next
    }
    return x
  }

  private static func slope(_ x: [Double], _ clean: [Double], _ t: Double) -> [Double] {
    zip(x, clean).map { ($0 - $1) / t }
  }

  /// Variance preserving, β = 0.1 → 20 (Song et al. 2021, appendix C).
  enum VP {
    static func scale(_ t: Double) -> Double { exp(-(0.1 * t + 19.9 * t * t / 2) / 2) }

    static func sigma(_ t: Double) -> Double {
      (1 / (scale(t) * scale(t)) - 1).squareRoot()
    }

    /// Euler's steps of dz/dt = −½ β (z + ∇ log p_t(z)) down `times`, then E[x₀ | z].
    static func euler(_ start: [Double], _ times: [Double], _ laws: [any NoisedFormula])
      -> [Double]
    {
      var z = start.map { $0 * scale(times[0]) }
      for (i, t) in times.enumerated() {
        let (s, sigma) = (scale(t), sigma(t))
        let x = z.map { $0 / s }
        let clean = laws[i].denoised(x).clean
        guard i + 1 < times.count else { return clean }
        let beta = 0.1 + 19.9 * t
        let h = times[i + 1] - t
        z = z.indices.map { index in
          let score = (clean[index] - x[index]) / (sigma * sigma * s)
          return z[index] - h * beta / 2 * (z[index] + score)
        }
      }
      return z
    }
  }
}
