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

/// How many processors this process may run on: those of its affinity, or those online where the
/// system does not tell.
int kernels_processors(void);

// MARK: Threads

/// Runs body(context) on a thread of its own that takes no signals; 0, or an error number.
int kernels_start_thread(void (*body)(void *), void *context);
/// The pool of threads that all share; null where there is none yet, or somebody makes it. After a
/// fork the child has none: it has the pool's memory, and none of its threads.
void *kernels_thread_pool(void);
/// Whether the caller is to make the pool, and to hand it to `kernels_keep_thread_pool`.
int kernels_claim_thread_pool(void);
void kernels_keep_thread_pool(void *pool);
/// Whether this process was forked off one that had loaded the library.
int kernels_is_child(void);

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

enum {
  kernels_count_bits = 16  // of a squared distance that one pass of counting tells apart
};

/// Rows as they were given. `unit`, a power of two, brings differences into the middle of Float32's
/// range: s = unit^2 |x - y|^2.
typedef struct {
  const float *values;  // count x dimension
  size_t count, dimension;
  float unit;
} kernels_rows;

/// Other rows in the lanes of a panel.
typedef struct {
  const float *rows;   // count x dimension, as they were given
  const float *panel;  // dimension x lanes, times the unit
  size_t lanes, count;
  /// Lane l is a pair with rows above number first + l: each pair of a set once, where lanes are of
  /// the set. Far below zero, it is one with all.
  ptrdiff_t first;
} kernels_queries;

/// What is summed over pairs.
enum {
  kernels_pair_distance = 0,  // sqrt s
  kernels_pair_gaussian = 1   // e^(-scale s)
};

/// Sums of f and of f^2, added to: of every lane over rows, of every row over lanes.
typedef struct {
  double *lane_sums, *lane_squares;  // lanes
  double *row_sums, *row_squares;    // count of the rows
} kernels_pair_totals;

/// Adds the pairs of the lanes with rows first ..< last. `scratch`, here and below:
/// kernels_block_rows x (lanes + dimension).
void kernels_pair_sums(const kernels_rows *rows, size_t first, size_t last,
                       const kernels_queries *queries, int function, float scale,
                       const kernels_pair_totals *totals, float *scratch);

/// Counts pairs by the bits of s in Float32, which rise with it: those whose bits less the lowest
/// `shift` begin with `above`, by the kernels_count_bits that follow.
void kernels_pair_counts(const kernels_rows *rows, size_t first, size_t last,
                         const kernels_queries *queries, int shift, uint32_t above,
                         uint64_t *counts, float *scratch);

/// The `wanted` smallest |x - y|^2 of each lane over all rows, rising, in Double; wanted a lane.
/// `chosen` and `values`: lanes x capacity of scratch, capacity >= wanted.
void kernels_pair_ranks(const kernels_rows *rows, const kernels_queries *queries, size_t wanted,
                        size_t capacity, double *squares, int32_t *chosen, float *values,
                        float *scratch);

/// Whether a lane lies within the limit of some row: |x - y|^2 in Double is at most `limits[row]`.
void kernels_pair_inside(const kernels_rows *rows, const kernels_queries *queries,
                         const double *limits, int32_t *inside, float *scratch);

// MARK: Order

/// Puts numbers in rising order. `room`: as many.
void kernels_sort(double *numbers, size_t count, double *room);

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
