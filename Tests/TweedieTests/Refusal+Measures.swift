/// Commands that measure, with wrong words or sets.
extension Refusal {
  private static func evaluate(_ words: String, _ code: Int32, _ names: String...) -> Refusal {
    Refusal("evaluate points.npy \(words)", code, names)
  }

  private static func likelihood(_ words: String, _ code: Int32, _ names: String...) -> Refusal {
    Refusal("likelihood ok.json points.npy \(words)", code, names)
  }

  private static func diagnose(_ words: String, _ code: Int32, _ names: String...) -> Refusal {
    Refusal("diagnose ok.json \(words)", code, names)
  }

  /// What `evaluate`, `likelihood` and `diagnose` refuse.
  static let measures: [Refusal] =
    [
      Refusal("evaluate", 64, "<samples>"), Refusal("evaluate points.npy", 64, "--reference"),
      evaluate("--reference ok.json --metrics energie", 64, "did you mean \"energy\"?"),
      evaluate("--reference ok.json --metrics energy,", 64, "metric", "energy"),
      evaluate("--reference ok.json --metrics modes", 64, "modes", "components"),
      evaluate("--reference points.npy --metrics modes", 64, "modes", "points.npy"),
      evaluate("--reference points.npy --metrics novelty", 64, "novelty", "--held-out"),
      evaluate("--reference ok.json --held-out points.npy --metrics novelty", 64, "--reference"),
      evaluate("--reference ok.json --count-limit 1", 64, "--count-limit"),
      evaluate("--reference ok.json --count-limit abc", 64, "--count-limit"),
      evaluate("--reference ok.json --range 1,0", 64, "--range"),
      evaluate("--reference ok.json -o new.npy", 64, ".csv"),
      evaluate("--reference ok.json -o new.txt", 64, "new.txt"),
      evaluate("--reference toy:rinks", 64, "did you mean \"rings\"?"),
      evaluate("--reference toy:rings:0", 64, "toy", "0"),
      evaluate("--reference nowhere.npy", 66, "nowhere.npy"),
      evaluate("--reference nowhere.json", 66, "nowhere.json"),
      evaluate("--reference nan.npy", 65, "nan.npy"),
      evaluate("--reference norows.npy", 65, "norows.npy"),
      evaluate("--reference cut.npy", 65, "cut.npy"),
      evaluate("--reference empty.json", 65, "empty.json"),
      evaluate("--reference three.npy", 65, "three.npy", "2 coordinates", "found 3"),
      evaluate("--reference toy:s-curve", 65, "toy:s-curve", "2 coordinates", "found 3"),
      evaluate("--reference toy:rings:3", 65, "toy:rings:3", "at least 4", "found 3"),
      evaluate("--reference points.npy --held-out three.npy", 65, "three.npy", "found 3"),
      evaluate("--reference points.npy --held-out toy:rings:3", 65, "toy:rings:3", "found 3"),
      Refusal("evaluate toy:rings:1 --reference ok.json", 65, "toy:rings:1", "at least 2"),
      Refusal("evaluate inf.npy --reference ok.json", 65, "inf.npy"),
      Refusal("evaluate norows.npy --reference ok.json", 65, "norows.npy"),
      Refusal("likelihood", 64, "<model>"), Refusal("likelihood ok.json", 64, "<points>"),
      likelihood("--probes 3", 64, "--probes", "exact"),
      likelihood("--sigma-min 5 --sigma-max 2", 64, "--sigma-min", "--sigma-max"),
      likelihood("--sigma-min 2 --sigma-max 2", 64, "--sigma-min", "--sigma-max"),
      likelihood("-o new.png", 64, ".npy"), likelihood("-o new.txt", 64, "new.txt"),
      Refusal("likelihood ok.json three.npy", 65, "three.npy", "2 coordinates"),
      Refusal("likelihood ok.json nan.npy", 65, "nan.npy"),
      Refusal("likelihood nowhere.json points.npy", 66, "nowhere.json"),
      Refusal("diagnose", 64, "<model>"), diagnose("", 64, "--data"),
      diagnose("--data points.npy --of scores", 64, "did you mean \"score\"?"),
      diagnose("--data points.npy --sigma-min 5 --sigma-max 2", 64, "--sigma-min", "--sigma-max"),
      diagnose("--data points.npy -o new.npy", 64, "new.npy", ".csv"),
      diagnose("--data points.npy -o new.txt", 64, "new.txt"),
      diagnose("--data toy:rinks", 64, "did you mean \"rings\"?"),
      diagnose("--data nowhere.npy", 66, "nowhere.npy"),
      diagnose("--data three.npy", 65, "three.npy", "2 coordinates", "found 3"),
      diagnose("--data points.npy --points three.npy", 65, "three.npy", "found 3"),
      diagnose("--data toy:rings:1", 65, "toy:rings:1", "at least 2"),
      diagnose("--data nan.npy", 65, "nan.npy"),
      Refusal("diagnose nowhere.json --data points.npy", 66, "nowhere.json"),
    ]
    + [
      "--count 1", "--levels 1", "--components 0", "--probes 1", "--sigma-min 0", "--sigma-max inf",
    ].map { diagnose("--data points.npy \($0)", 64, String($0.split(separator: " ")[0])) }
    + ["0", "1", "-3", "abc"].map { likelihood("--steps \($0)", 64, "--steps") }
    + ["0", "-1", "abc"].map { likelihood("--probes \($0)", 64, "--probes") }
    + ["-1", "nan", "inf", "abc"].map { likelihood("--sigma-min \($0)", 64, "--sigma-min") }
    + ["0", "-1", "nan", "inf"].map { likelihood("--sigma-max \($0)", 64, "--sigma-max") }
}
