import CKernels

/// The processor's instructions that the kernels run on.
package enum InstructionSet: Int32, CaseIterable {
  case baseline = 0
  case avx2 = 1
  case avx512 = 2
  /// AVX-512 that moves bytes together.
  case avx512vbmi2 = 3

  /// Uses this set on all threads from now on; false where the processor lacks it.
  package func use() -> Bool { kernels_use_level(rawValue) == rawValue }
}
