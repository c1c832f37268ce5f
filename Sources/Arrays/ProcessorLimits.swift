import CKernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much of the machine's processors the process may use.
///
/// The number of processors of its affinity (`taskset`, `cpuset`), and the processor time that
/// control groups grant it (`docker run --cpus`): more threads than that take turns, and those that
/// wait for the others to finish do so while they hold a processor.
///
/// - Reference: Linux, Documentation/admin-guide/cgroup-v2.rst, "CPU Interface Files";
///   Documentation/scheduler/sched-bwc.rst.
package enum ProcessorLimits {
  /// Whole processors, at least one: the affinity, or the least quota rounded up where it is less.
  package static var available: Int {
    let allowed = Int(kernels_processors())
    guard let quota = quotas().min() else { return max(1, allowed) }
    return max(1, min(allowed, rounded(quota)))
  }

  /// A quota up to whole processors; what lies a thousandth above one is rounding of a period.
  package static func rounded(_ quota: Double) -> Int {
    max(1, Int(min(1e6, (quota - 1e-3).rounded(.up))))
  }

  /// Processors of `cpu.max`: "QUOTA PERIOD" in microseconds, or "max PERIOD" for no limit.
  package static func quota(max text: String) -> Double? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else { return nil }
    return quota(String(words[0]), per: String(words[1]))
  }

  /// Processors of `cpu.cfs_quota_us` and `cpu.cfs_period_us`; a quota of −1 is no limit.
  package static func quota(_ quota: String, per period: String) -> Double? {
    func number(_ text: String) -> Int? { Int(String(text.filter { !$0.isWhitespace })) }
    guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else {
      return nil
    }
    return Double(quota) / Double(period)
  }

  /// Groups of `/proc/self/cgroup` that limit processor time: of version 2, whose line is 0::PATH,
  /// and of version 1, whose line is N:LIST:PATH with cpu in the list.
  package static func groups(of text: String) -> [(isSecond: Bool, path: String)] {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].hasPrefix("/") else { return nil }
      let controllers = parts[1].split(separator: ",")
      if controllers.isEmpty { return parts[0] == "0" ? (true, String(parts[2])) : nil }
      return controllers.contains("cpu") ? (false, String(parts[2])) : nil
    }
  }

  /// A group and all above it, each of which limits those inside: "/a/b", "/a", "".
  package static func ancestors(of path: String) -> [String] {
    var parts = path.split(separator: "/")
    var result: [String] = []
    while !parts.isEmpty {
      result.append("/" + parts.joined(separator: "/"))
      parts.removeLast()
    }
    return result + [""]
  }

  /// The quotas that hold; a group that cannot be seen from inside a container has none to read.
  /// `read` gives the text of a file, or nil.
  package static func quotas(_ read: (String) -> String? = text) -> [Double] {
    let groups = groups(of: read("/proc/self/cgroup") ?? "")
    return groups.flatMap { group in
      ancestors(of: group.path).flatMap { path -> [Double] in
        if group.isSecond {
          // Beside version 1 the second hierarchy hangs below it.
          return ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].compactMap { root in
            read("\(root)\(path)/cpu.max").flatMap { quota(max: $0) }
          }
        }
        return ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"].compactMap { root in
          guard let quota = read("\(root)\(path)/cpu.cfs_quota_us"),
            let period = read("\(root)\(path)/cpu.cfs_period_us")
          else { return nil }
          return self.quota(quota, per: period)
        }
      }
    }
  }

  /// The first kilobytes of a file of the system.
  private static func text(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    // Invariant: `read` writes at most as many bytes as the array has.
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(file, &bytes, bytes.count)
    return count >= 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
