import CKernels

/// What the process holds of the system's memory.
package enum SystemMemory {
  /// Gives large blocks back as soon as they are freed, from now on: the stages of a run then do not
  /// stand on top of each other.
  package static func returnLargeBlocks() { kernels_return_large_blocks() }

  /// Gives back what was freed: between pieces of work that leave holes.
  package static func returnFreed() { kernels_return_freed() }

  /// Gives back what was freed, and the machine code that a start needs and a run does not: about ten
  /// megabytes that come back where they are wanted.
  package static func releaseUnused() { kernels_release_unused() }
}
