public import Arrays

/// The score of a trained network, D = μ + c_skip (x − μ) + c_out F(c_in (x − μ); c_noise).
///
/// The mean and the covariance of the data come with it: they are its preconditioning, and the
/// start that matches them.
///
/// - Cost: 2 multiply-adds a parameter and row, on all threads; rows have the same bits in every
///   batch.
/// - Reference: ``Preconditioning``; Karras et al. 2022, <https://arxiv.org/abs/2206.00364>.
public struct NetworkScore: CovarianceScore {
  /// What the output of the network means.
  public let preconditioning: Preconditioning
  /// The data's covariance.
  public let covariance: Covariance
  package let network: any Network
  package let weights: Weights
  private let center: [Float]
  private let moments: GaussianScore

  /// A network with parameters by name, in sizes as ``NetworkShape/parameters`` lists them: of dense
  /// layers "hidden.0.weight" (inputs × outputs, row by row), "hidden.0.bias", …, "output.bias".
  ///
  /// Returns nil where a name is missing or a length is not what the shape asks for.
  public init?(
    _ shape: NetworkShape, parameters: [String: [Float]], preconditioning: Preconditioning,
    covariance: Covariance
  ) {
    let network = shape.network
    let weights = Weights(network.layout)
    for slice in weights.layout.slices {
      guard let values = parameters[slice.name], values.count == slice.rows * slice.columns else {
        return nil
      }
      slice.matrix(in: weights.parameters).values = values
    }
    self.init(network, weights, preconditioning, covariance)
  }

  package init(
    _ network: any Network, _ weights: Weights, _ preconditioning: Preconditioning,
    _ covariance: Covariance
  ) {
    precondition(
      preconditioning.mean.count == network.dimension
        && covariance.dimension == network.dimension, "A network has the data's dimension.")
    self.network = network
    self.weights = weights
    self.preconditioning = preconditioning
    self.covariance = covariance
    center = preconditioning.mean.map { Float($0) }
    moments = GaussianScore(mean: preconditioning.mean, covariance: covariance)
  }

  /// The number of coordinates, d.
  public var dimension: Int { network.dimension }
  /// E[x₀], d numbers.
  public var mean: [Double] { preconditioning.mean }
  /// tr Cov[x₀].
  public var totalVariance: Double { covariance.trace }

  /// What the network is, in words.
  public var summary: String { network.summary }

  /// Names, sizes and values of all parameters, in order.
  public var parameters: [(name: String, sizes: [Int], values: [Float])] {
    weights.layout.slices.map {
      ($0.name, $0.sizes, $0.matrix(in: weights.parameters).values)
    }
  }

  /// One tape and room for coefficients a worker.
  private final class Memory: Sendable {
    let tapes: [any Tape]
    init(_ network: any Network, workers: Int) {
      tapes = (0..<workers).map { _ in network.tape(backward: false) }
    }
  }

  /// D(x; σ) of each row, by the formula above.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    evaluate(x, at: noise, into: &clean, in: workspace, isDifference: false)
  }

  /// D − x = (c_skip − 1)(x − μ) + c_out F of each row.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    var result = Points(count: x.count, dimension: dimension)
    evaluate(x, at: noise, into: &result, in: workspace, isDifference: true)
    return result
  }

  private func evaluate(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace,
    isDifference: Bool
  ) {
    precondition(
      x.dimension == dimension && clean.count == x.count && clean.dimension == dimension,
      "Points of the network's dimension are denoised.")
    let workers = workspace.workers
    let memory = workspace.memory { Memory(network, workers: workers.count) }
    let count = x.count
    clean.withRowWriter { writer in
      workers.forEachBlock(of: count, size: network.blockRows) { worker, rows in
        let tape = memory.tapes[worker]
        let sigmas = rows.map { noise[$0] }
        tape.input.first(rows.count).setRows(
          of: x, from: rows.lowerBound, less: center,
          factors: sigmas.map { Float(preconditioning.input(at: $0)) })
        for (row, sigma) in sigmas.enumerated() {
          tape.code[row, 0] = Float(preconditioning.code(at: sigma))
        }
        network.forward(tape, rows: rows.count, weights)
        writer.set(
          from: rows.lowerBound, x: x, less: center,
          skip: sigmas.map {
            Float(isDifference ? preconditioning.pull(at: $0) : preconditioning.skip(at: $0))
          },
          scale: sigmas.map { Float(preconditioning.output(at: $0)) },
          plus: tape.output.first(rows.count), isDifference: isDifference)
      }
    }
  }

  /// Each row from N(E[x₀], Cov[x₀] + σ² I).
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    moments.matchedStart(at: sigma, samples: samples, workers: workers)
  }
}
