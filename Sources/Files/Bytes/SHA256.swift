/// The SHA-256 digest of bytes: what tells one model from another.
///
/// - Reference: FIPS 180-4, sections 4.1.2, 5.1.1, 6.2. https://doi.org/10.6028/NIST.FIPS.180-4
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var length: UInt64 = 0
  private var schedule = [UInt32](repeating: 0, count: 64)

  /// A digest of nothing yet.
  public init() {}

  /// The 64 hexadecimal digits of the digest of `bytes`.
  public static func digest(of bytes: some Collection<UInt8>) -> String {
    var digest = SHA256()
    digest.update(Array(bytes)[...])
    return digest.finished()
  }

  /// The 64 hexadecimal digits of the digest of bytes that come some at a time.
  public static func digest(ofPieces pieces: some Sequence<[UInt8]>) -> String {
    var digest = SHA256()
    for piece in pieces { digest.update(piece[...]) }
    return digest.finished()
  }

  /// The one digest of several: itself where there is one only, else that of their lines.
  public static func joined(_ digests: [String]) -> String {
    digests.count == 1 ? digests[0] : digest(of: Array(digests.joined(separator: "\n").utf8))
  }

  /// The 64 hexadecimal digits of the digest of a file, read in pieces.
  public static func digest(ofFile path: String) throws(FileError) -> String {
    var digest = SHA256()
    try FileBytes.forEachPiece(of: path) { digest.update($0) }
    return digest.finished()
  }

  /// Takes more bytes in.
  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    length += UInt64(bytes.count)
    var rest = bytes
    if !pending.isEmpty {
      let taken = rest.prefix(64 - pending.count)
      pending += taken
      rest = rest.dropFirst(taken.count)
      guard pending.count == 64 else { return }
      mix(pending[...])
      pending.removeAll(keepingCapacity: true)
    }
    while rest.count >= 64 {
      mix(rest.prefix(64))
      rest = rest.dropFirst(64)
    }
    pending = Array(rest)
  }

  /// The 64 hexadecimal digits of all bytes taken in.
  public consuming func finished() -> String {
    let bits = length &* 8
    var tail = pending + [0x80]
    tail += [UInt8](repeating: 0, count: (120 - tail.count % 64) % 64)
    tail += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    var last = self
    for start in stride(from: 0, to: tail.count, by: 64) { last.mix(tail[start..<start + 64]) }
    return last.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func mix(_ block: ArraySlice<UInt8>) {
    let first = block.startIndex
    for t in 0..<16 {
      let at = first + 4 * t
      schedule[t] =
        UInt32(block[at]) << 24 | UInt32(block[at + 1]) << 16 | UInt32(block[at + 2]) << 8
        | UInt32(block[at + 3])
    }
    for t in 16..<64 {
      let (w15, w2) = (schedule[t - 15], schedule[t - 2])
      let s0 = turn(w15, 7) ^ turn(w15, 18) ^ (w15 >> 3)
      let s1 = turn(w2, 17) ^ turn(w2, 19) ^ (w2 >> 10)
      schedule[t] = schedule[t - 16] &+ s0 &+ schedule[t - 7] &+ s1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let choice = (e & f) ^ (~e & g)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      let one =
        h &+ (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) &+ choice &+ Self.constants[t] &+ schedule[t]
      let two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) &+ majority
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
