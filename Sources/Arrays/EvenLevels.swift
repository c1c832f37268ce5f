import CKernels

/// Numbers on up to 256 even levels, as the bytes of pictures stand for, held in one byte each: a
/// quarter of the memory, and of what a pass has to read.
///
/// Code b stands for (slope b + start)/parts, rounded once. It is the very number that was given, so
/// that nothing but memory and time can tell.
enum EvenLevels {
  /// Puts codes in the place of numbers, in the first quarter of their memory, and gives the rest
  /// back; nil, and nothing done, where there are no levels.
  static func encode(_ points: inout Points, usual: Float) -> kernels_levels? {
    var found: kernels_levels?
    points.values.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      var cloud = kernels_cloud()
      cloud.values = UnsafePointer(start.assumingMemoryBound(to: Float.self))
      (cloud.count, cloud.dimension) = (points.count, points.dimension)
      var (least, most) = (Float(0), Float(0))
      kernels_extent(&cloud, &least, &most)
      for levels in candidates(least, most, usual: usual) {
        cloud.levels = levels
        guard kernels_encode(&cloud, nil) != 0 else { continue }
        // A code lies before the number it is of, which has then been read.
        _ = kernels_encode(&cloud, start.assumingMemoryBound(to: UInt8.self))
        let used = cloud.count * cloud.dimension
        kernels_discard(start + used, bytes.count - used)
        found = levels
        return
      }
    }
    return found
  }

  /// 255 parts from the least to the most, or whole numbers, where Float32 has the numerators.
  ///
  /// Much closer together, and threads that take denormal numbers for zero would see others.
  private static func candidates(
    _ least: Float, _ most: Float, usual: Float
  ) -> [kernels_levels] {
    let (low, high) = (Double(least), Double(most))
    guard high - low > 1e-20 else { return [] }
    let lines = [(high - low, 255 * low, 255.0)] + (high - low <= 255 ? [(1, low, 1)] : [])
    return lines.compactMap { slope, start, parts in
      let isExact = (0...255).allSatisfy { Float(exactly: slope * Double($0) + start) != nil }
      guard isExact, let slope = Float(exactly: slope), let start = Float(exactly: start) else {
        return nil
      }
      let numbers = (0...255).map { (slope * Float($0) + start) / Float(parts) }
      guard let code = numbers.firstIndex(of: usual) else { return nil }
      return kernels_levels(
        slope: slope, start: start, parts: Float(parts), usual: UInt8(code))
    }
  }
}
