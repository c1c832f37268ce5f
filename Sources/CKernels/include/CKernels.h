// Kernels in C, each compiled for AVX-512, AVX2 and the baseline and chosen at run time.
//
// Rows of a batch lie in the lanes of a vector and every lane does the same operations in the
// same order, so a row's result does not depend on its neighbours, on the width of the vector, or
// on the batch. AVX-512 and AVX2 give the same bits; the baseline rounds multiply and add apart.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernels_mixtures.h"
#include "kernels_networks.h"
#include "kernels_points.h"
#include "kernels_rows.h"

// MARK: Processor

/// "avx512vbmi2", "avx512", "avx2" or "baseline": what the kernels run on. The environment variable
/// TWEEDIE_KERNELS names a lesser set to use instead.
const char *kernels_instruction_set(void);
/// Runs the kernels of all threads on level 3 (AVX-512 with VBMI2), 2 (AVX-512), 1 (AVX2) or 0
/// (baseline) from now on, as far as the processor has it; returns the level in force. For tests,
/// which compare them.
int kernels_use_level(int level);

/// Makes this thread treat denormal numbers as zero; returns the state to restore.
uint32_t kernels_flush_denormals(void);
void kernels_restore_denormals(uint32_t state);

/// Tells the processor that this thread looks at one place again and again.
void kernels_pause(void);

/// The processor that this thread is on; -1 where the system does not tell.
int kernels_processor(void);
/// Moves this thread to another processor where it is on one of `others` and may be elsewhere.
void kernels_step_aside(const int32_t *others, size_t count);

// MARK: Random numbers (Philox 4x32-10)

/// Counter of a block: (block, draw, low half of the sample, high 24 bits of it and the purpose).
/// Fills `count` rows of `words` 32-bit words; row r belongs to sample `samples[r]`.
void kernels_random_words(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                          uint64_t seed, uint8_t purpose, uint32_t draw);

/// Standard normals from the same words, by Box and Muller: words 0 and 1 of a block give
/// normals 0 (cosine) and 1 (sine), words 2 and 3 the other two. Rows of one or two normals share
/// blocks: those of samples 4 m to 4 m + 3, or 2 m and 2 m + 1, are the normals of the block with
/// counter (2^32 - 3 + dimension, draw, m, purpose).
void kernels_normals(float *out, size_t count, size_t dimension, const uint64_t *samples,
                     uint64_t seed, uint8_t purpose, uint32_t draw);

// MARK: Steps

enum { kernels_most_terms = 5 };

/// A sum of arrays, each times a factor: one to five of them, then null.
typedef struct {
  const float *terms[kernels_most_terms];
  float factors[kernels_most_terms];
} kernels_sum;

/// out = sum_t factor_t term_t, elementwise, added up in this order; `out` may be any of the terms.
/// Returns whether all of it is finite.
int kernels_combine(float *out, const kernels_sum *sum, size_t length);

/// The first row that holds a NaN or an infinity, or `count`.
size_t kernels_first_not_finite(const float *x, size_t count, size_t dimension);

// MARK: Pairs of points

/// What is summed over pairs, as a function of s = |x - y|^2.
enum {
  kernels_pair_distance = 0,  // sqrt s
  kernels_pair_gaussian = 1,  // e^(-scale s)
  kernels_pair_inside = 2     // 1 where s <= limits[row], else 0
};

/// For each lane of a panel, the sums of f and of f^2 over all rows of the cloud. Lane l leaves out
/// row self + l: the point itself, where the panel is of the cloud; a `self` below -lanes leaves
/// out none. `queries_half`: halves of the squared norms of the panel; `limits`: one a row of the
/// cloud, or null; `sums` and `squares`: lanes, added to; `scratch`: kernels_block_rows x lanes, and
/// kernels_block_rows x dimension more where there are codes.
void kernels_pair_sums(const kernels_cloud *cloud, const float *queries, size_t lanes,
                       const float *queries_half, ptrdiff_t self, int function, float scale,
                       const float *limits, double *sums, double *squares, float *scratch);

// MARK: Memory

/// Pages of zeros, straight from the system; null where there are none left.
void *kernels_map(size_t bytes);

/// Gives pages of `kernels_map` back.
void kernels_unmap(void *start, size_t bytes);

/// Gives the whole pages of some memory back, which stays there and holds nothing of use.
void kernels_discard(void *start, size_t bytes);

/// From now on blocks of four megabytes and more go back to the system when they are freed.
void kernels_return_large_blocks(void);

/// Gives back to the system all that was freed.
void kernels_return_freed(void);

/// Gives back to the system what it can do without for now: freed memory, and pages of machine code,
/// which come back from their files when they are wanted.
void kernels_release_unused(void);

// MARK: Limits

/// 256 multiply-adds in Float32 a round, on one thread; the sum keeps them from being left out.
float kernels_multiply_adds(size_t rounds);

/// e^x for x <= 0; `length` a multiple of kernels_lanes.
void kernels_exponentials(const float *x, float *out, size_t length);
