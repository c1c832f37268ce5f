// Includes KERNEL_BODY once for each instruction set, with KERNEL(name) spelling the variant,
// FUSED telling whether a multiply-add rounds once, and REGISTERS the number of 16-float tiles
// that fit beside the operands of a product. COMPRESSES: lanes can be moved together;
// COMPRESSES_BYTES: bytes too, in a variant of their own where BYTES_MATTER.
//
// Textual inclusion rather than target_clones: helpers that take vectors by value must carry the
// same target as their caller.

#include "CKernels.h"
#include "select.h"

#pragma STDC FP_CONTRACT OFF
// Vectors are passed between inlined functions only, so their calling convention never shows.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16f __attribute__((vector_size(64)));
typedef float v4f __attribute__((vector_size(16)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef double v16d __attribute__((vector_size(128)));
typedef uint64_t v16l __attribute__((vector_size(128)));
typedef uint64_t v8l __attribute__((vector_size(64)));
typedef float v16f_any __attribute__((vector_size(64), aligned(4), may_alias));
typedef float v4f_any __attribute__((vector_size(16), aligned(4), may_alias));
typedef uint32_t v16u_any __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint64_t v8l_any __attribute__((vector_size(64), aligned(8), may_alias));
typedef double v16d_any __attribute__((vector_size(128), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define KERNEL_PASTE_(name, set) name##_##set
#define KERNEL_PASTE(name, set) KERNEL_PASTE_(name, set)
#define KERNEL(name) KERNEL_PASTE(name, KERNEL_SET)

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,popcnt"))), apply_to = function)
#define KERNEL_SET avx512
#define FUSED 1
#define REGISTERS 24
#define COMPRESSES
#include KERNEL_BODY
#undef KERNEL_SET
#pragma clang attribute pop

#ifdef BYTES_MATTER
#pragma clang attribute push(                                                             \
    __attribute__((target(                                                                \
        "avx512f,avx512dq,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,fma,popcnt"))), \
    apply_to = function)
#define KERNEL_SET avx512vbmi2
#define COMPRESSES_BYTES
#include KERNEL_BODY
#undef KERNEL_SET
#undef COMPRESSES_BYTES
#pragma clang attribute pop
#define WIDEST(name) (kernels_level() == 3 ? name##_avx512vbmi2 : name##_avx512)
#else
#define WIDEST(name) name##_avx512
#endif
#undef REGISTERS
#undef COMPRESSES

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define KERNEL_SET avx2
#define REGISTERS 4
#include KERNEL_BODY
#undef KERNEL_SET
#undef FUSED
#undef REGISTERS
#pragma clang attribute pop

#define FUSED 0
#define VARIANT(name)                    \
  (kernels_level() >= 2   ? WIDEST(name) \
   : kernels_level() == 1 ? name##_avx2  \
                          : name##_baseline)
#else
#define FUSED 1
#define VARIANT(name) name##_baseline
#endif

#define KERNEL_SET baseline
#define REGISTERS 4
#include KERNEL_BODY
