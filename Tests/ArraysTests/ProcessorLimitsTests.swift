import CTestSupport
import Testing

import Arrays

/// Processors that a process may use.
@Suite struct ProcessorLimitsTests {
  @Test func `quotas are read as the kernel writes them`() {
    #expect(ProcessorLimits.quota(max: "max 100000\n") == nil)
    #expect(ProcessorLimits.quota(max: "150000 100000\n") == 1.5)
    #expect(ProcessorLimits.quota(max: "5000 50000") == 0.1)
    #expect(ProcessorLimits.quota("-1\n", per: "100000\n") == nil)
    #expect(ProcessorLimits.quota("250000\n", per: "100000\n") == 2.5)
    for damage in ["", "max", "1 0", "0 100000", "a b", "-5 100000", "1 2 3"] {
      #expect(ProcessorLimits.quota(max: damage) == nil, "\(damage)")
    }
  }

  @Test(arguments: [(0.1, 1), (1, 1), (1.0001, 1), (1.5, 2), (2, 2), (2.01, 3), (1e300, 1_000_000)])
  func `a quota is rounded up to whole processors`(quota: Double, expected: Int) {
    #expect(ProcessorLimits.rounded(quota) == expected)
  }

  @Test func `the tightest group on the way up decides, in both versions`() {
    let second = [
      "/proc/self/cgroup": "0::/user.slice/job.scope\n",
      "/sys/fs/cgroup/user.slice/job.scope/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n",
    ]
    #expect(ProcessorLimits.quotas { second[$0] } == [2])
    // Inside a container the path is the host's, and only the root can be seen.
    let first = [
      "/proc/self/cgroup": "12:cpuset:/docker/ab\n4:cpu,cpuacct:/docker/ab\n0::/\n1:name=x:/\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    ]
    #expect(ProcessorLimits.quotas { first[$0] } == [1.5])
    let container = ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "50000 100000\n"]
    #expect(ProcessorLimits.quotas { container[$0] } == [0.5])
    #expect(ProcessorLimits.quotas { _ in nil }.isEmpty)
    #expect(ProcessorLimits.quotas { _ in "damage:\n::\n0::relative" }.isEmpty)
  }

  @Test func `a process that may run on one processor uses one thread`() {
    #if os(Linux)
      #expect(ProcessorLimits.available >= 1)
      // In a child: the set of this process stays as it is.
      let code = run_in_child(
        { keep_one_processor() == 0 ? Int32(ProcessorLimits.available) : 0 }, 10)
      #expect(code == 1)
    #endif
  }
}
