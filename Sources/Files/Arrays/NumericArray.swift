public import Arrays

/// An array of a file: its shape and its numbers as Float32, row-major.
public struct NumericArray: Sendable, Equatable {
  /// Sizes, slowest first.
  public let shape: [Int]
  /// What the file held.
  public let elementType: ElementType
  /// All numbers, the last index running fastest; all finite.
  public let values: [Float]
  /// Where bytes 0…255 were mapped to; nil where numbers are as the file has them.
  public let byteRange: ClosedRange<Float>?
  /// What was taken off each number of a row; nil where numbers are as the file has them.
  public let origin: [Double]?
  /// What they would better be read about (``ColumnOrigin``); nil where they are right as they are.
  let betterOrigin: [Double]?

  /// An array from its parts; `values` holds the product of `shape` numbers.
  public init(
    shape: [Int], elementType: ElementType, values: [Float], byteRange: ClosedRange<Float>? = nil
  ) {
    self.init(
      shape: shape, elementType: elementType, values: values, byteRange: byteRange, origin: nil,
      betterOrigin: nil)
  }

  init(
    shape: [Int], elementType: ElementType, values: [Float], byteRange: ClosedRange<Float>?,
    origin: [Double]?, betterOrigin: [Double]?
  ) {
    precondition(Words.product(shape) == values.count, "An array holds what its shape says.")
    self.shape = shape
    self.elementType = elementType
    self.values = values
    self.byteRange = byteRange
    self.origin = origin
    self.betterOrigin = betterOrigin
  }

  /// The picture each row is, where the array is N × H × W or N × H × W × C with C 1 or 3.
  public var image: ImageShape? { ImageShape(trailing: Array(shape.dropFirst())) }

  /// The rows: N × 1 for one index, N × (product of the rest) for more.
  ///
  /// - Throws: `badData` where there is no index, no row, or a row holds no number.
  public func points(file: String) throws(FileError) -> Points {
    guard let count = shape.first else {
      throw .bad(file, nil, "the array must have rows, found a single number of shape ()")
    }
    guard count > 0, let dimension = Words.product(Array(shape.dropFirst())), dimension > 0 else {
      throw .bad(
        file, nil, "the array must hold at least one number, found shape \(Self.words(for: shape))")
    }
    return Points(count: count, dimension: dimension, values: values)
  }

  /// A shape as words: "60000 × 28 × 28".
  static func words(for shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : shape.map(String.init).joined(separator: " × ")
  }
}

/// An array whose header has been read, and whose numbers are to come.
struct StoredArray {
  let shape: [Int]
  let elementType: ElementType
  var bigEndian = false
  var fortranOrder = false
  let file: String
  /// What stands before "row" in a place, where the file holds more than one array.
  var label = ""
  /// Whether it may be a table of quantities, which have an origin and a unit.
  var isTable = true

  /// Whether its columns may be held about numbers of their own: not bytes, not pictures.
  var mayHaveOrigin: Bool {
    isTable && elementType.size > 1 && (shape.count <= 2 || !fortranOrder)
      && ImageShape(trailing: Array(shape.dropFirst())) == nil
  }

  /// Whether its numbers come first index fastest.
  var isTurned: Bool { fortranOrder && shape.count > 1 }

  /// The numbers, whose bytes come some at a time out of `next`, which is given how many numbers to
  /// bring: a large array never stands in memory twice. Bytes of pictures are mapped to `range`
  /// where one is given. The origin is taken off in Double.
  func decoded(
    mappingBytesTo range: ClosedRange<Float>?, about origin: DataOrigin = .zero,
    _ next: (_ count: Int) throws(FileError) -> [UInt8]
  ) throws(FileError) -> NumericArray {
    let line = elementType == .uint8 && shape.count >= 3 ? range.map { ByteRange($0) } : nil
    let count = Words.product(shape) ?? 0
    var sample = origin == .own ? ArraySample(self) : nil
    let origin = origin.numbers(for: Words.product(Array(shape.dropFirst())))
    var places = isTurned ? RowMajorPlaces(shape) : nil
    var values: [Float] = []
    if places == nil {
      values.reserveCapacity(count)
    } else {
      values = [Float](repeating: 0, count: count)
    }
    var done = 0
    while done < count {
      let size = min(count - done, Words.pieceSize)
      let bytes = try next(size)
      if let origin {
        add(bytes, from: done, count: size, about: origin, line, at: &places, to: &values)
      } else {
        let piece = numbers(in: bytes, count: size, line)
        if places == nil {
          values += piece
        } else {
          for number in piece { values[places?.next() ?? 0] = number }
        }
      }
      sample?.take(bytes, from: done, count: size)
      done += size
    }
    if elementType.mayBeInfinite, let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .bad(file, place(of: index), rule(for: values[index]))
    }
    return NumericArray(
      shape: shape, elementType: elementType, values: values, byteRange: line?.range,
      origin: origin, betterOrigin: sample?.origin)
  }

  /// Adds the `size` numbers in `bytes`, the first of which is number `first`, less their origin.
  private func add(
    _ bytes: [UInt8], from first: Int, count size: Int, about origin: [Double], _ line: ByteRange?,
    at places: inout RowMajorPlaces?, to values: inout [Float]
  ) {
    let numbers =
      line == nil
      ? elementType.doubles(in: bytes, from: 0, count: size, bigEndian: bigEndian)
      : numbers(in: bytes, count: size, line).map(Double.init)
    if places == nil {
      var column = first % origin.count
      for number in numbers {
        values.append(Float(number - origin[column]))
        column = column + 1 == origin.count ? 0 : column + 1
      }
    } else {
      for number in numbers {
        let place = places?.next() ?? 0
        values[place] = Float(number - origin[place % origin.count])
      }
    }
  }

  private func numbers(in bytes: [UInt8], count: Int, _ line: ByteRange?) -> [Float] {
    guard let table = line?.table else {
      return elementType.numbers(in: bytes, from: 0, count: count, bigEndian: bigEndian)
    }
    return Words.read(UInt8.self, in: bytes, from: 0, count: count, bigEndian: false) {
      table[Int($0)]
    }
  }

  private func rule(for value: Float) -> String {
    elementType == .float64
      ? "every number must be finite as a Float32, found \(value) (stored as float64)"
      : "every number must be finite, found \(value)"
  }

  private func place(of index: Int) -> String {
    let dimension = max(1, shape.dropFirst().reduce(1, *))
    return "\(label)row \(index / dimension), column \(index % dimension) (counted from 0)"
  }
}

/// Where numbers that come first index fastest stand with the last index fastest.
private struct RowMajorPlaces {
  private let shape: [Int]
  /// From one value of an index to the next, last index fastest.
  private let strides: [Int]
  private var index: [Int]
  private var place = 0

  init(_ shape: [Int]) {
    self.shape = shape
    index = [Int](repeating: 0, count: shape.count)
    var strides = index
    var stride = 1
    for axis in shape.indices.reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
    self.strides = strides
  }

  /// The place of the number at hand; goes on to the next.
  mutating func next() -> Int {
    defer {
      var axis = 0
      while axis < shape.count {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < shape[axis] { break }
        place -= strides[axis] * shape[axis]
        index[axis] = 0
        axis += 1
      }
    }
    return place
  }
}
