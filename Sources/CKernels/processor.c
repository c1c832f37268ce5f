#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "select.h"

static int detect(void) {
#if defined(__x86_64__)
  const char *wanted = getenv("TWEEDIE_KERNELS");
  int most = 2;
  if (wanted && strcmp(wanted, "avx2") == 0) most = 1;
  if (wanted && strcmp(wanted, "baseline") == 0) most = 0;
  __builtin_cpu_init();
  int fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int wide = fused && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  int level = wide ? 2 : fused ? 1 : 0;
  return level < most ? level : most;
#else
  return 0;
#endif
}

int kernels_level(void) {
  // Two threads that both detect write the same answer.
  static _Atomic int level = -1;
  int known = atomic_load_explicit(&level, memory_order_relaxed);
  if (known < 0) {
    known = detect();
    atomic_store_explicit(&level, known, memory_order_relaxed);
  }
  return known;
}

const char *kernels_instruction_set(void) {
  static const char *const names[] = {"baseline", "avx2", "avx512"};
  return names[kernels_level()];
}

uint32_t kernels_flush_denormals(void) {
#if defined(__x86_64__)
  uint32_t before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before | 0x8040);  // flush-to-zero and denormals-are-zero
  return before;
#else
  return 0;
#endif
}

void kernels_restore_denormals(uint32_t state) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(state);
#else
  (void)state;
#endif
}
