package import Arrays

/// y = silu(γ x̂ + β), with x̂ of mean 0 and variance 1 over the pixels and channels of a group.
///
/// - Reference: Wu, He 2018, <https://arxiv.org/abs/1803.08494>.
package struct GroupNorm: Sendable {
  /// γ.
  let gain: ParameterSlice
  /// β.
  let bias: ParameterSlice
  /// Eight groups, or fewer of four channels.
  let groups: Int

  package init(_ name: String, channels: Int, in layout: inout ParameterLayout) {
    gain = layout.add(name + ".gain", rows: 1, columns: channels)
    bias = layout.add(name + ".bias", rows: 1, columns: channels)
    groups = min(Self.mostGroups, channels / Self.leastChannels)
  }

  private static let (mostGroups, leastChannels) = (8, 4)

  /// γ = 1, β = 0.
  package func start(_ parameters: Store<Float>) {
    gain.matrix(in: parameters).values = [Float](repeating: 1, count: gain.columns)
  }

  private func pass(
    _ x: StoreMatrix, images: Int, stats: StoreMatrix, _ parameters: Store<Float>
  ) -> NormPass {
    NormPass(
      x, images: images, groups: groups, gain: gain.matrix(in: parameters),
      bias: bias.matrix(in: parameters), stats: stats)
  }

  /// y from x; `stats` keeps two rows a picture for the way back.
  package func forward(
    _ x: StoreMatrix, images: Int, into y: StoreMatrix, stats: StoreMatrix,
    _ parameters: Store<Float>
  ) {
    pass(x, images: images, stats: stats, parameters).forward(into: y)
  }

  /// From ∂/∂y to ∂/∂x (+ added), and to those of γ and β in `gradient`.
  package func backward(
    _ outer: StoreMatrix, x: StoreMatrix, images: Int, stats: StoreMatrix,
    into inner: StoreMatrix, adding added: StoreMatrix? = nil, _ weights: Weights,
    gradient: Store<Float>, adds: Bool, sums: StoreMatrix
  ) {
    let (ofGain, ofBias) = (gain.matrix(in: gradient), bias.matrix(in: gradient))
    if !adds {
      for slice in [ofGain, ofBias] { gradient.clear(slice.offset..<slice.offset + slice.stride) }
    }
    pass(x, images: images, stats: stats, weights.parameters).backward(
      outer, into: inner, adding: added, gainGradient: ofGain, biasGradient: ofBias, sums: sums)
  }
}
