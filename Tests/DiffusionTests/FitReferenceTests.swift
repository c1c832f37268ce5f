import Arrays
import Diffusion
import Testing

/// Fits beside scikit-learn's, as `scripts/fit-check` prints them.
@Suite struct FitReferenceTests {
  /// To the end of convergence, where neither start nor stopping rule shows.
  private static func settings(_ units: FitUnits) -> MixtureFit.Settings {
    var settings = FitCase.settings(2, kind: .full)
    settings.tolerance = 1e-9
    settings.steps = 2000
    settings.units = units
    return settings
  }

  /// The largest difference, in units of the deviations that the second matrix has.
  private static func gap(_ a: Matrix, _ b: [[Double]]) -> Double {
    var worst = 0.0
    for i in b.indices {
      for j in b.indices {
        worst = max(worst, abs(a[i, j] - b[i][j]) / (b[i][i] * b[j][j]).squareRoot())
      }
    }
    return worst
  }

  @Test func `a narrow column beside a wide one keeps its two components`() throws {
    let fit = MixtureFit(FitReference.narrowBesideWide, Self.settings(.columns))
    let (one, two) = (fit.components[0], fit.components[1])
    #expect(abs(one.weight - 0.639_871_522_616_826_8) < 1e-6)
    #expect(abs(one.mean[0] - 0.993_212_212_127_805_6) < 1e-6)
    #expect(abs(two.mean[0] + 1.012_548_826_743_350_2) < 1e-6)
    #expect(
      Self.gap(
        one.covariance.matrix,
        [
          [0.087_395_823_934_902_75, 17.626_644_393_001_325],
          [17.626_644_393_001_33, 1_074_091.609_077_449_4],
        ]) < 1e-5)
    #expect(
      Self.gap(
        two.covariance.matrix,
        [
          [0.090_321_414_670_471_03, 3.132_442_999_564_136],
          [3.132_442_999_564_136_5, 1_060_261.140_008_348_7],
        ]) < 1e-5)
    let likelihood = try #require(fit.report.averageLogLikelihood)
    #expect(abs(likelihood + 9.217_907_914_462_645) < 1e-9)
    // The control: a floor in the unit of both columns is wider than what there is in one.
    let common = MixtureFit(FitReference.narrowBesideWide, Self.settings(.common))
    #expect(common.components[0].covariance.matrix[0, 0] > 0.4)
  }

  @Test func `one far point leaves the others as they are`() {
    let fit = MixtureFit(FitReference.outlier, Self.settings(.columns))
    #expect(abs(fit.components[0].weight - 299.0 / 300) < 1e-12)
    #expect(abs(fit.components[0].mean[0] + 0.167_991_417_341_781_5) < 1e-12)
    // The floor of scikit-learn is added to variances: 10⁻⁶ of them.
    let expected = [
      [0.979_843_284_314_454_2, -0.042_431_335_362_236_62],
      [-0.042_431_335_362_236_62, 1.048_867_558_738_562],
    ]
    #expect(Self.gap(fit.components[0].covariance.matrix, expected) < 2e-6)
    #expect(abs(fit.components[1].mean[0] - 1e6) < 1e-9)
    #expect(fit.components[1].covariance.matrix[0, 0] < 1e-5)
    // The control: the mean variance is 10¹²/600, and a millionth of it the square of 41.
    let (data, n) = (FitReference.outlier, 300.0)
    let mean = (0..<300).reduce(0) { $0 + Double(data[$1, 0]) } / n
    let variance = (0..<300).reduce(0) {
      $0 + (Double(data[$1, 0]) - mean) * (Double(data[$1, 0]) - mean) / n
    }
    #expect((1e-6 * variance / 2).squareRoot() > 30)
  }

  @Test func `few points shrink toward the variances of their columns`() {
    let fit = GaussianFit(FitReference.fewInUnits)
    #expect(abs(fit.report.shrinkage - 0.193_150_581_334_928_05) < 1e-12)
    let expected = [
      [
        1_519_917.626_622_018_6, 33564.054512183226, 682.1445639378836, 78.83090176266982,
        0.5836398424442591,
      ],
      [
        33564.054512183226, 4583.878738041584, 34.68337237803241, 2.2970314137343286,
        0.029834261159084267,
      ],
      [
        682.1445639378836, 34.68337237803241, 1.5685309944122623, 0.0581150171572076,
        0.0004132025476665626,
      ],
      [
        78.83090176266982, 2.2970314137343286, 0.0581150171572076, 0.014516903702203567,
        5.5359434805022604e-05,
      ],
      [
        0.5836398424442591, 0.029834261159084267, 0.0004132025476665626,
        5.5359434805022604e-05, 1.5710597764238319e-06,
      ],
    ]
    #expect(Self.gap(fit.covariance.matrix, expected) < 1e-12)
    // The control: toward a sphere the least column is as wide as the widest makes it.
    let sphere = GaussianFit(FitReference.fewInUnits, units: .common).covariance.matrix
    #expect(sphere[4, 4] > 1000)
  }
}
