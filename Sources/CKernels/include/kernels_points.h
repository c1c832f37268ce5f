// Points as a mixture without width: running softmax over data.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
  kernels_block_rows = 128,
  kernels_lanes = 16,
  kernels_widest_panel = 64,
  kernels_product_part = 64  // coordinates
};

/// Transposes `count` <= lanes rows, less `center`, into panel[dimension][lanes].
void kernels_pack_panel(const float *rows, size_t count, size_t dimension, const float *center,
                        float *panel, size_t lanes);

/// Even levels, as pictures have them: code b stands for (slope b + start) / parts, rounded once.
typedef struct {
  float slope, start, parts;
  uint8_t usual;  // the code of what most numbers are
} kernels_levels;

/// Data as the kernels read it: rows less `center`, with halves of their squared norms.
typedef struct {
  const float *values;      // count x dimension; null where there are codes
  const float *half_norms;  // count
  const float *center;      // dimension
  size_t count, dimension;
  const float *origin;      // dimension: what most of `values` are; null where no value is usual
  const uint8_t *codes;     // count x dimension, with a center of zeros; else null
  kernels_levels levels;
} kernels_cloud;

/// The smallest and the largest of `values`.
void kernels_extent(const kernels_cloud *cloud, float *least, float *most);

/// Writes the codes of `values`; returns 0 where one of them is no level, and then what is written
/// is of no use. `codes` may be the memory of `values`, or null to ask only.
int kernels_encode(const kernels_cloud *cloud, uint8_t *codes);

/// The numbers of rows first ..< last that codes stand for.
void kernels_decode(const kernels_cloud *cloud, size_t first, size_t last, float *values);

/// What one panel of queries has gathered from a range of the data.
typedef struct {
  float *best;         // lanes: largest x . x_i - |x_i|^2 / 2 so far
  double *sum;         // lanes: sum of weights relative to `best`
  double *norms;       // lanes: weighted sum of |x_i|^2 / 2 relative to `best`
  float *mean;         // dimension x lanes: weighted sum of data relative to `best`
  int32_t *chosen;     // lanes x capacity: data rows whose weight may matter
  float *values;       // lanes x capacity: their x . x_i - |x_i|^2 / 2
  int32_t *found;      // lanes: how many; -1 when more than `capacity` matter or none is wanted
  size_t capacity;
} kernels_panel;

/// Running softmax over data rows first ..< last. A row further than `slack` (in units of the
/// logit times sigma^2) below the best weighs nothing. `scratch`: kernels_block_rows x lanes, and
/// kernels_block_rows x dimension more where there are codes.
void kernels_softmax_scan(const kernels_cloud *cloud, size_t first, size_t last,
                          const float *queries, size_t lanes, const float *precision,
                          const float *slack, kernels_panel *panel, float *scratch);

/// The largest dimension of data that `kernels_nearby_mean` takes.
enum { kernels_nearby_dimension = 3 };

/// sum_i softmax_i(-|x - x_i|^2 / 2 sigma^2) x_i at each row, in Float32, row r at the width
/// sigmas[r * stride]; rows where that may not do are marked.
void kernels_nearby_mean(const kernels_cloud *cloud, const float *x, size_t count,
                         const double *sigmas, size_t stride, float *means, uint8_t *doubtful);

/// The `capacity` largest x . x_i - |x_i|^2 / 2, in falling order, in chosen and values. `scratch`
/// as above.
void kernels_nearest_scan(const kernels_cloud *cloud, size_t first, size_t last,
                          const float *queries, size_t lanes, kernels_panel *panel,
                          float *scratch);

/// What a softmax over data points amounts to at one row.
typedef struct {
  double log_mean;  // log of the mean over all N of exp(-|x - x_i|^2 / 2 sigma^2)
  double spread;    // E|x_i - E x_i|^2 under the softmax
} kernels_softmax;

/// Joins what the segments gathered for one lane of a panel into the average of the data at `x`.
/// Few points that matter are weighed again in Double, from distances taken directly; many by the
/// running sums, unless `rounding`, a bound on the error of x . x_i - |x_i|^2 / 2, makes those
/// doubtful: then all points in Double. Writes `mean` or, where that is null, finds the spread.
/// `scratch`: 2 dimension + 3 segments capacity doubles.
kernels_softmax kernels_softmax_join(const kernels_cloud *cloud, const kernels_panel *panels,
                                     size_t segments, size_t lane, size_t lanes, const float *x,
                                     double sigma, double rounding, float slack, float *mean,
                                     double *scratch);

/// The `wanted` nearest of what the segments kept, in rising order of the distance taken in
/// Double; of all rows where `rounding`, a bound on the error of x . x_i - |x_i|^2 / 2, leaves a
/// doubt; all -1 where `x` is not finite. `scratch`: dimension + wanted doubles.
void kernels_nearest_join(const kernels_cloud *cloud, const kernels_panel *panels,
                          size_t segments, size_t lane, const float *x, double rounding,
                          size_t wanted, int32_t *nearest, double *scratch);

/// The average over `shift_count` shifts e of the softmax over chosen data rows at x + scale e, in
/// Double. `scratch`: 2 dimension + chosen_count doubles.
void kernels_shifted_mean(const kernels_cloud *cloud, const int32_t *chosen,
                          const double *log_weights, size_t chosen_count, const float *x,
                          const float *shifts, size_t shift_count, double scale, double sigma,
                          float *mean, double *scratch);

/// Squared distances in Double from `x` to data rows first ..< last.
/// `scratch`: dimension doubles.
void kernels_distances(const kernels_cloud *cloud, size_t first, size_t last, const float *x,
                       double *squared, double *scratch);

/// sum[dimension][lanes] += weights[row - first][lanes] * data row, for rows first ..< last, at
/// most kernels_block_rows of them. `room`: that many rows where there are codes, else unused.
void kernels_add_weighted_rows(const kernels_cloud *cloud, size_t first, size_t last,
                               const float *weights, size_t lanes, float *sum, float *room);
