// Softmax over data at one row, from products that are known already.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernels_points.h"

enum { kernels_most_anchors = 4, kernels_most_shifts = 16 };

/// A weight e^-28, under 10^-12, of the largest counts no more.
#define kernels_negligible 28.0

/// What is known of x . x_i for one row x of a batch and all data rows i: a combination of the
/// products of earlier points (anchors), off by no more than error + residual |x_i|.
///
/// Where the cloud has an origin, x and x_i stand for what they are less the origin.
///
/// Products are whole numbers of steps: value = 256 high + low, and 256 high + 128 where the low
/// bits are not kept. Arrays over data rows may be read for 16 entries past `count`; there half
/// norms are so large that no such entry counts.
typedef struct {
  size_t count, stride;        // N, and the length of one plane
  const float *half_norms;     // stride
  const float *norms;          // stride: no less than |x_i|
  const int16_t *const *anchors;  // at most kernels_most_anchors
  const float *weights;           // of a step of each anchor
  size_t anchor_count;
  const uint8_t *low;          // of the only anchor, which is x itself; or null
  size_t shift_count;          // M, at least one
  size_t stored_count;         // planes of shifts: 0 without shifts, 1 for M = 1, M - 1 otherwise
  const int16_t *shift_high;   // stored_count x stride
  const uint8_t *shift_low;    // stored_count x stride
  const float *shift_weights;  // of a step, times the scale of the shifts
  float error, residual;
} kernels_row;

/// Half the squared norm of each row less the origin, which there is; returns how many coordinates
/// of all rows differ from it.
size_t kernels_rest_norms(const kernels_cloud *cloud, double *half_norms);

/// Products of a panel with data rows first ..< last, less the origin where there is one, in steps,
/// towards zero. Lanes without `high` are not written. `scratch`: kernels_block_rows x lanes.
void kernels_store_products(const kernels_cloud *cloud, size_t first, size_t last,
                            const float *queries, size_t lanes, const float *inverse_steps,
                            int16_t *const *high, uint8_t *const *low, float *scratch);

/// The weights that bring the combination of anchors nearest to `query`, in least squares with
/// these ridges; returns the norm of query - combination.
double kernels_combination(const double *const *anchors, const double *ridges, size_t count,
                           const double *query, size_t dimension, double *weights);

/// For each shift the largest lower bound of (x + a e) . x_i - |x_i|^2 / 2, and its data row.
void kernels_row_best(const kernels_row *row, float *best, int32_t *leaders);

/// The `wanted`-th largest lower bound without shifts; the largest in falling order and their data
/// rows.
float kernels_row_least_of_best(const kernels_row *row, size_t wanted, float *values,
                                int32_t *leaders);

/// (x + a e_m) . x_i - |x_i|^2 / 2 of chosen data rows, in Double but for the product of the shift;
/// entry n is under shift n, or all are under none. `query`: dimension doubles of scratch.
void kernels_row_values(const kernels_cloud *cloud, const kernels_row *row, const float *x,
                        const int32_t *chosen, size_t count, double *values, double *query);

/// Lists in rising order the data rows whose upper bound reaches the threshold of a shift; returns
/// their number, or capacity + 1 where there are more.
size_t kernels_row_list(const kernels_row *row, const float *thresholds, size_t capacity,
                        int32_t *list);

/// For each shift the sum of the weights e^((value - best) precision) of values that reach the
/// threshold, and that of weight times |x_i|^2 / 2.
void kernels_row_sums(const kernels_row *row, float precision, const float *best,
                      const float *thresholds, double *sums, double *norms);

/// The same weights times the factor of their shift, summed over shifts: one a data row
/// first ..< last, and what fills the last vector.
void kernels_row_weights(const kernels_row *row, size_t first, size_t last, float precision,
                         const float *best, const float *thresholds, const float *factors,
                         float *weights);

/// sum[dimension][lanes] += columns[lanes][row - first] * data row less the origin, for rows
/// first ..< last, at most kernels_block_rows of them, where a weight is positive; columns lie
/// kernels_block_rows apart. `weights`: kernels_block_rows x lanes of scratch.
void kernels_add_weighted(const kernels_cloud *cloud, size_t first, size_t last,
                          const float *columns, size_t lanes, float *weights, float *sum);

/// The softmax over listed data rows at x + scale e, averaged over the shifts, in Double; a row
/// more than e^-28 below the heaviest has no part in it, so that the result does not depend on
/// what else is listed. The list is in rising order and has every row within e^-28; `doubt` bounds
/// the error of products taken in a pass. Returns 0 and writes nothing where a pass over the data
/// might list more than `capacity` rows. `scratch`: 3 dimension + 3 count doubles.
int kernels_listed_mean(const kernels_cloud *cloud, const kernels_row *row, const int32_t *list,
                        size_t count, size_t capacity, const float *x, const float *shifts,
                        double scale, double sigma, double doubt, float *mean, double *scratch);

/// Joins what the segments summed for one lane of a panel, segments x dimension x lanes, about the
/// origin where there is one, as is `second_moment`. Where
/// `doubt`, a bound on the error of logits, is too much for the spread of the points, the softmax
/// over all data rows at every shift in Double. `second_moment`: E|x_i|^2 over the shifts.
/// `scratch`: 4 dimension + kernels_block_rows doubles.
void kernels_sums_join(const kernels_cloud *cloud, const float *sums, size_t segments,
                       size_t lane, size_t lanes, const float *x, const float *shifts,
                       size_t shift_count, double scale, double sigma, double second_moment,
                       double doubt, float *mean, double *scratch);

/// The `wanted` nearest of listed data rows in rising order of the distance taken in Double; of
/// all of them where the list is null; all -1 where `x` is not finite.
/// `scratch`: dimension + wanted doubles.
void kernels_nearest_of(const kernels_cloud *cloud, const int32_t *list, size_t count,
                        const float *x, size_t wanted, int32_t *nearest, double *scratch);
