/// Commands whose words are wrong.
extension Refusal {
  private static func sample(_ words: String, _ names: String...) -> Refusal {
    Refusal("sample ok.json -o new.npy --count 3 \(words)", 64, names)
  }

  private static func score(_ words: String, _ names: String...) -> Refusal {
    Refusal("score ok.json points.npy -o new.npy \(words)", 64, names)
  }

  /// Words that are none of the known ones.
  static let choices: [Refusal] = [
    sample("--sampler huen", "sampler huen", "did you mean \"heun\"?"),
    sample("--sampler x", "sampler x", "euler"),
    sample("--schedule karas", "schedule karas", "did you mean \"karras\"?"),
    sample("--process vpp", "process vpp", "did you mean \"vp\"?"),
    sample("--prior match", "prior match", "matched"),
    sample("--teleport atuo", "--teleport", "atuo", "auto"),
    sample("--teleport auto --teleport-grid tial", "tial", "did you mean \"tail\"?"),
    score("--sigma 1 --as denoise", "denoise", "did you mean \"denoised\"?"),
    Refusal("toy two-moon -o new.npy", 64, "did you mean \"two-moons\"?"),
    Refusal("sample toy:rinks -o new.npy", 64, "rinks", "did you mean \"rings\"?"),
    Refusal("fit gaussian points.npy -o new.json --covariance ful", 64, "did you mean \"full\"?"),
    Refusal("fit mixture points.npy -o new.json --covariance low-rank", 64, "low-rank"),
    Refusal("list sampler", 64, "sampler", "did you mean \"samplers\"?"),
    Refusal("sampel ok.json", 64, "command sampel", "did you mean \"sample\"?"),
    Refusal("fit gausian points.npy -o new.json", 64, "did you mean \"gaussian\"?"),
    sample("--step 3", "--step", "--steps"), sample("--bogus", "--bogus"),
    sample("extra", "extra"), sample("--steps", "--steps"),
    sample("-o new.txt", "new.txt", ".npy"), sample("-o new", "new", ".npy"),
    Refusal("fit gaussian points.npy -o new.npy", 64, "new.npy", ".json"),
    Refusal("show points.npy -o new.npy", 64, ".png"),
    score("--sigma 1 -o new.png", ".npy"),
    Refusal("toy rings -o new.jpg", 64, "new.jpg"),
    Refusal("sample", 64, "<model>"), Refusal("score ok.json", 64, "<points>"),
    Refusal("score ok.json points.npy -o new.npy", 64, "--sigma"),
    Refusal("score ok.json points.npy --sigma 1", 64, "--output"),
    Refusal("fit mixture points.npy", 64, "--output"), Refusal("fit mixture", 64, "<data>"),
    Refusal("toy rings", 64, "--output"), Refusal("show", 64, "<file>"),
  ]

  /// Numbers out of their range, and words that are no numbers.
  static let numbers: [Refusal] =
    ["steps", "count", "batch", "threads"].flatMap { option in
      ["0", "-3", "1.5", "abc", "1e3", "99999999999999999999"].map {
        sample("--\(option) \($0)", "--\(option)")
      }
    }
    + ["sigma-max", "sigma-min", "rho"].flatMap { option in
      ["0", "-1", "abc", "nan", "inf"].map { sample("--\(option) \($0)", "--\(option)") }
    }
    + ["0", "-1", "abc", "nan", "inf"].flatMap {
      [
        sample("--teleport \($0)", "--teleport", $0),
        sample("--teleport auto --teleport-budget \($0)", "--teleport-budget"),
      ]
    }
    + ["0", "-1", "abc", "nan", "inf", "1e-60"].map { score("--sigma \($0)", "--sigma", $0) }
    + ["-1", "1.5", "abc", "99999999999999999999"].map { sample("--seed \($0)", "--seed") }
    + [
      sample("--first -1", "--first"), sample("--first abc", "--first"),
      sample("--sampler ancestral --eta -1", "--eta"),
      sample("--sampler edm --churn -1", "--churn"),
      sample("--beta-min 5 --beta-max 1", "--beta-min"),
      sample("--steps 2000000", "--steps", "1000000"),
      Refusal("toy rings --count 0 -o new.npy", 64, "--count"),
      Refusal("toy rings --count -1 -o new.npy", 64, "--count"),
      Refusal("toy glyphs --count 100000000 -o new.npy", 64, "GB"),
      Refusal("fit mixture points.npy -o new.json --components 0", 64, "--components"),
      Refusal("fit mixture points.npy -o new.json --restarts 0", 64, "--restarts"),
      Refusal("fit neighbors points.npy -o new.json --neighbors 0", 64, "--neighbors"),
      Refusal("fit neighbors points.npy -o new.json --neighbors some", 64, "some"),
      Refusal("fit neighbors points.npy -o new.json --smoothing -1", 64, "--smoothing"),
      Refusal("fit neighbors points.npy -o new.json --smoothing nan", 64, "--smoothing"),
      Refusal("fit neighbors points.npy -o new.json --shifts 0", 64, "--shifts"),
      Refusal(
        "fit neighbors points.npy -o new.json --neighbors 3 --remainder 9223372036854775807", 64,
        "--remainder"),
      Refusal("fit gaussian points.npy -o new.json --range 1,0", 64, "--range", "1,0"),
      Refusal("fit gaussian points.npy -o new.json --range 1", 64, "--range"),
      Refusal("fit gaussian points.npy -o new.json --shrinkage 2", 64, "--shrinkage"),
    ]

  /// Options that do not go together.
  static let conflicts: [Refusal] = [
    sample("--eta 1", "--eta", "ancestral"), sample("--churn 3", "--churn", "edm"),
    sample("--sigma-min 5 --sigma-max 1", "--sigma-min", "--sigma-max"),
    sample("--initial points.npy --count 13", "13", "12"),
    sample("--initial points.npy --first 12", "--first 12", "12"),
    sample("--schedule falling.npy --steps 10", "--steps 10", "3"),
    sample("--schedule falling.npy --sigma-max 80", "--sigma-max 80", "3"),
    sample("--schedule falling.npy --sigma-min 0.1", "--sigma-min 0.1", "1"),
    sample("--rho 5 --schedule cosine", "--rho", "cosine"),
    sample("--rho 5 --process vp", "--rho", "process"),
    sample("--rho 5 --sampler langevin", "--rho", "langevin"),
    sample("--beta-min 0.2", "--beta-min", "vp"),
    sample("--beta-max 10 --process cosine", "--beta-max", "cosine"),
    sample("--prior standard --initial points.npy", "--prior", "--initial"),
    sample("--prior matched --start data", "--prior", "--start data"),
    sample("-o new.npy", "new.npy", "twice"),
    sample("--teleport 1e-5", "--teleport", "last level"),
    sample("--teleport-budget 0.1", "--teleport-budget", "auto"),
    sample("--teleport 3 --teleport-budget 0.1", "--teleport-budget", "auto"),
    sample("--teleport-grid tail", "--teleport-grid"),
    sample("--teleport-moments points.npy", "--teleport-moments"),
    sample("--teleport 3 --teleport-grid tail --sampler adaptive-sde", "--teleport-grid"),
    sample("--teleport 1 --sampler langevin", "--teleport", "langevin"),
    sample("--teleport 1 --sampler mala", "--teleport", "mala"),
    sample("--teleport 2 --teleport-moments three.npy", "three.npy", "3", "2"),
    sample("--teleport 2 --teleport-moments glyphs-gaussian", "glyphs-gaussian", "256", "2"),
    sample(
      "--teleport 1.5 --teleport-grid respaced --schedule falling.npy", "respaced", "levels"),
    Refusal("fit neighbors points.npy -o new.json --remainder 3", 64, "--neighbors"),
    Refusal(
      "fit neighbors points.npy -o new.json --neighbors all --remainder 3", 64, "--remainder"),
    Refusal("fit gaussian points.npy -o new.json --rank 1", 64, "--rank", "low-rank"),
    Refusal(
      "score lines.json points.npy --sigma 1 --as log-density -o new.npy", 66, "lines.json"),
    Refusal(
      "score folded.json points.npy --sigma 1 --as log-density -o new.npy", 64, "folded",
      "log-density"),
    Refusal(
      "score folded.json points.npy --sigma 1 --as divergence -o new.npy", 64, "divergence"),
  ]

  /// Paths that cannot become files. Permissions alone would not stop a privileged user.
  static let outputs: [Refusal] =
    [
      ("far/new", ["far"]), ("file/new", ["file"]), ("folder", ["folder"]),
      ("/proc/new", ["/proc/new"]), ("/proc/self/new", ["/proc/self/new"]),
    ].flatMap { path, names in
      ["sample ok.json --count 3 -o \(path).npy", "toy rings --count 3 -o \(path).npy"].map {
        Refusal($0, 73, names)
      }
        + [
          Refusal("score ok.json points.npy --sigma 1 -o \(path).npy", 73, names),
          Refusal("fit gaussian points.npy -o \(path).json", 73, names),
        ]
    } + [
      Refusal("sample ok.json -o ''", 73, "\"\""),
      Refusal("sample ok.json --count 3 -o points.npy", 73, "points.npy", "--overwrite"),
      Refusal("toy rings --count 3 -o ok.png", 73, "ok.png", "--overwrite"),
      Refusal("score ok.json points.npy --sigma 1 -o cut.npy", 73, "cut.npy", "--overwrite"),
      Refusal("fit gaussian points.npy -o ok.json", 73, "ok.json", "--overwrite"),
      Refusal("show points.npy -o ok.png", 73, "ok.png", "--overwrite"),
      // One that could be written and one that cannot: neither appears.
      Refusal("sample ok.json --count 3 -o new.npy -o /proc/new.npy", 73, "/proc/new.npy"),
      Refusal("sample ok.json --count 3 -o new.npy -o ./new.npy", 73, "new.npy"),
      Refusal("sample ok.json --count 3 -o new.npy -o far/new.png", 73, "far"),
    ]
}
