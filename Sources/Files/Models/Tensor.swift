/// An array of a safetensors file: sizes and numbers, Float32 or Float64, all finite.
public struct Tensor: Sendable, Equatable {
  /// Its numbers, row-major, in the width they have in the file.
  public enum Numbers: Sendable, Equatable {
    /// Float32 (also read from narrower types and whole numbers).
    case single([Float])
    /// Float64.
    case double([Double])
  }

  /// Sizes, slowest first; none for a single number.
  public let shape: [Int]
  /// The product of `shape` numbers.
  public let numbers: Numbers

  /// A Float32 tensor.
  public init(shape: [Int], values: [Float]) {
    precondition(Words.product(shape) == values.count, "A tensor holds what its shape says.")
    self.shape = shape
    numbers = .single(values)
  }

  /// A Float64 tensor.
  public init(shape: [Int], doubles: [Double]) {
    precondition(Words.product(shape) == doubles.count, "A tensor holds what its shape says.")
    self.shape = shape
    numbers = .double(doubles)
  }

  /// The numbers as Float32, rounded where they are wider.
  public var values: [Float] {
    switch numbers {
    case .single(let values): values
    case .double(let doubles): doubles.map { Float($0) }
    }
  }

  /// The numbers as Float64.
  public var doubles: [Double] {
    switch numbers {
    case .single(let values): values.map { Double($0) }
    case .double(let doubles): doubles
    }
  }
}

/// A tensor and its name.
public struct NamedTensor: Sendable, Equatable {
  /// The name.
  public let name: String
  /// The tensor.
  public let tensor: Tensor

  /// A named tensor from its parts.
  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}
