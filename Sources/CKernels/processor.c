#if defined(__linux__)
#define _GNU_SOURCE  // sched_getcpu and sets of processors
#include <sched.h>
#endif
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "select.h"

static int supported(int most) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int wide = fused && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("popcnt");
  int bytes = wide && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  int level = bytes ? 3 : wide ? 2 : fused ? 1 : 0;
  return level < most ? level : most;
#else
  (void)most;
  return 0;
#endif
}

enum { levels = 4 };
static const char *const names[levels] = {"baseline", "avx2", "avx512", "avx512vbmi2"};

static int wanted(void) {
  const char *name = getenv("TWEEDIE_KERNELS");
  for (int level = 0; name && level < levels; level++)
    if (strcmp(name, names[level]) == 0) return level;
  return levels - 1;
}

static _Atomic int known_level = -1;

int kernels_level(void) {
  // Two threads that both detect write the same answer.
  int known = atomic_load_explicit(&known_level, memory_order_relaxed);
  return known < 0 ? kernels_use_level(wanted()) : known;
}

int kernels_use_level(int level) {
  int known = supported(level);
  atomic_store_explicit(&known_level, known, memory_order_relaxed);
  return known;
}

const char *kernels_instruction_set(void) {
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

void kernels_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

int kernels_processor(void) {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

void kernels_step_aside(const int32_t *others, size_t count) {
#if defined(__linux__)
  int here = sched_getcpu(), shared = 0;
  for (size_t i = 0; i < count; i++) shared |= others[i] == here;
  cpu_set_t allowed;
  if (!shared || sched_getaffinity(0, sizeof allowed, &allowed)) return;
  cpu_set_t rest = allowed;
  for (size_t i = 0; i < count; i++)
    if (others[i] >= 0 && others[i] < CPU_SETSIZE) CPU_CLR(others[i], &rest);
  if (!CPU_COUNT(&rest) || sched_setaffinity(0, sizeof rest, &rest)) return;
  // It is there now; the scheduler may have it back.
  sched_setaffinity(0, sizeof allowed, &allowed);
#else
  (void)others;
  (void)count;
#endif
}
