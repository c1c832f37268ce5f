import Diffusion
import Foundation

/// Names that other programs and papers have for what is here.
extension Choices {
  /// Other names of samplers, in small letters with hyphens.
  static let samplerAliases: [(alias: String, name: String)] = [
    ("ddim", "euler"), ("ddpm", "ancestral"), ("euler-a", "ancestral"),
    ("euler-ancestral", "ancestral"), ("em", "euler-maruyama"), ("edm-sde", "edm"),
    ("dpmpp-2m", "dpm++2m"), ("dpmpp-3m", "dpm++3m"), ("dpmpp-2m-sde", "dpm++2m-sde"),
    ("dpmpp-3m-sde", "dpm++3m-sde"), ("dpm-solver++", "dpm++2m"), ("uni-pc", "unipc"),
    ("pc", "predictor-corrector"), ("dopri5", "dormand-prince"), ("rk45", "dormand-prince"),
    ("bosh3", "bogacki-shampine"), ("rk23", "bogacki-shampine"),
  ]

  /// A word as the names here are written: small letters, hyphens.
  static func plain(_ word: String) -> String {
    word.lowercased().replacingOccurrences(of: "_", with: "-")
  }

  /// A sampler's name here; a word that is none stays as it was, to be named in the refusal.
  static func samplerName(_ word: String) -> String {
    let plain = plain(word)
    // dpm++-2m and DPM++_2M are one word with and without its hyphen.
    let joined = plain.replacingOccurrences(of: "++-", with: "++")
    if let alias = samplerAliases.first(where: { $0.alias == joined }) { return alias.name }
    return allSamplers.contains { $0.name == joined } ? joined : word
  }

  /// Options as other programs call them.
  private static let optionAliases: [(alias: String, option: String)] = [
    ("--lr", "--rate"), ("--learning-rate", "--rate"), ("--weight-decay", "--decay"),
    ("--epochs", "--steps"), ("--iterations", "--steps"), ("--num-steps", "--steps"),
    ("--num-inference-steps", "--steps"), ("--nfe", "--steps"), ("--num-samples", "--count"),
    ("--samples", "--count"), ("--s-churn", "--churn"), ("--tol", "--tolerance"),
    ("--rtol", "--tolerance"), ("--atol", "--tolerance"), ("--eps", "--time-end"),
    ("--epsilon", "--time-end"), ("--out", "--output"), ("--outfile", "--output"),
    ("--workers", "--threads"), ("--jobs", "--threads"), ("--force", "--overwrite"),
    ("--scheduler", "--schedule"), ("--method", "--sampler"), ("--solver", "--sampler"),
    ("--n-components", "--components"), ("--clusters", "--components"), ("--ema-decay", "--ema"),
    ("--random-state", "--seed"), ("--random-seed", "--seed"),
  ]

  /// The option here that a program's word for it stands for.
  static func option(for word: String) -> String? {
    optionAliases.first { $0.alias == plain(word) }?.option
  }
}
