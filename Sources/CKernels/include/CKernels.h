// Kernels in C, each compiled for AVX-512, AVX2 and the baseline and chosen at run time.
//
// Rows of a batch lie in the lanes of a vector and every lane does the same operations in the
// same order, so a row's result does not depend on its neighbours, on the width of the vector, or
// on the batch. AVX-512 and AVX2 give the same bits; the baseline rounds multiply and add apart.
#pragma once

#include <stddef.h>
#include <stdint.h>

// MARK: Processor

/// "avx512", "avx2" or "baseline": what the kernels run on. The environment variable
/// TWEEDIE_KERNELS names a lesser set to use instead.
const char *kernels_instruction_set(void);
/// Runs the kernels of all threads on level 2 (AVX-512), 1 (AVX2) or 0 (baseline) from now on, as
/// far as the processor has it; returns the level in force. For tests, which compare them.
int kernels_use_level(int level);

/// Makes this thread treat denormal numbers as zero; returns the state to restore.
uint32_t kernels_flush_denormals(void);
void kernels_restore_denormals(uint32_t state);

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

/// out = a x + b y + c z, elementwise; `y` and `z` may be null, `out` may be any of them.
void kernels_combine(float *out, const float *x, float a, const float *y, float b, const float *z,
                     float c, size_t length);

/// The first row that holds a NaN or an infinity, or `count`.
size_t kernels_first_not_finite(const float *x, size_t count, size_t dimension);

// MARK: Gaussian mixtures

/// Components N(mean, V) with V = B^T diag(variances) B + rest * (I - B^T B); the rows of B are
/// orthonormal. An offset of -1 stands for no basis: with rank = dimension the variances lie along
/// the coordinate axes, with rank = 0 the rest is the one variance.
typedef struct {
  size_t dimension, components;
  const double *log_weights;   // components
  const double *means;         // components x dimension
  const double *variances;     // components x dimension, the first `rank` used
  const double *rests;         // components
  const ptrdiff_t *bases;      // components: offset into basis_values
  const uint32_t *ranks;       // components
  const double *basis_values;  // rank x dimension each
} kernels_mixture;

/// Doubles of scratch for one thread.
size_t kernels_mixture_scratch(const kernels_mixture *mixture);
/// Doubles of the table that `kernels_mixture_table` fills for one sigma.
size_t kernels_mixture_table_size(const kernels_mixture *mixture);
void kernels_mixture_table(const kernels_mixture *mixture, double sigma, double *table);

/// At each row: the denoiser E[x0 | x], log p(x; sigma) and the trace of the denoiser's Jacobian.
/// Any of the outputs may be null. `table` is that of the common sigma, or null with one sigma
/// a row in `sigmas`.
void kernels_mixture_evaluate(const kernels_mixture *mixture, const float *x, size_t count,
                              const double *sigmas, double sigma, const double *table,
                              double *scratch, float *denoised, double *log_density,
                              double *trace);

/// The largest dimension of a mixture that `kernels_plane_denoise` takes.
enum { kernels_plane_dimension = 3 };

/// A mixture in few dimensions at one sigma, component by component:
/// D = sum_k r_k (c_k + G_k x), log r_k = l_k - |W_k (x - m_k)|^2 up to a constant. Along the axes W
/// and G are diagonals.
typedef struct {
  const double *exact;  // components x (l, W[d] or W[d][d])
  const float *single;  // components x (c[d], G[d] or G[d][d])
} kernels_plane_table;

/// Fills the arrays of a table.
void kernels_plane_fill(const kernels_mixture *mixture, int axes, double sigma, double *exact,
                        float *single);

/// The denoiser at each row, of components whose bases span the space. With `axes` none has one.
/// `table` is that of the common sigma, or null with one sigma a row in `sigmas`.
/// `logits`: kernels_lanes x components.
void kernels_plane_denoise(const kernels_mixture *mixture, const kernels_plane_table *table,
                           int axes, const float *x, size_t count, const double *sigmas,
                           double *logits, float *denoised);

// MARK: Points as a mixture without width

enum {
  kernels_block_rows = 128,
  kernels_lanes = 16,
  kernels_widest_panel = 64,
  kernels_product_part = 64  // coordinates
};

/// Transposes `count` <= lanes rows, less `center`, into panel[dimension][lanes].
void kernels_pack_panel(const float *rows, size_t count, size_t dimension, const float *center,
                        float *panel, size_t lanes);

/// Data as the kernels read it: rows less `center`, with halves of their squared norms.
typedef struct {
  const float *values;      // count x dimension
  const float *half_norms;  // count
  const float *center;      // dimension
  size_t count, dimension;
} kernels_cloud;

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
/// logit times sigma^2) below the best weighs nothing. `scratch`: kernels_block_rows x lanes.
void kernels_softmax_scan(const kernels_cloud *cloud, size_t first, size_t last,
                          const float *queries, size_t lanes, const float *precision,
                          const float *slack, kernels_panel *panel, float *scratch);

/// The `capacity` largest x . x_i - |x_i|^2 / 2, in falling order, in chosen and values.
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
/// most kernels_block_rows of them.
void kernels_add_weighted_rows(const kernels_cloud *cloud, size_t first, size_t last,
                               const float *weights, size_t lanes, float *sum);

// MARK: One row from known products

enum { kernels_most_anchors = 4, kernels_most_shifts = 16 };

/// A weight e^-28, under 10^-12, of the largest counts no more.
#define kernels_negligible 28.0

/// What is known of x . x_i for one row x of a batch and all data rows i: a combination of the
/// products of earlier points (anchors), off by no more than error + residual |x_i|.
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

/// Products of a panel with data rows first ..< last in steps, towards zero. Lanes without `high`
/// are not written. `scratch`: kernels_block_rows x lanes.
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
/// first ..< last, written `lanes` apart; notes in `matters` which are positive.
void kernels_row_weights(const kernels_row *row, size_t first, size_t last, float precision,
                         const float *best, const float *thresholds, const float *factors,
                         float *weights, size_t lanes, uint8_t *matters);

/// sum[dimension][lanes] += weights[row - first][lanes] * data row, for rows first ..< last that
/// matter, at most kernels_block_rows of them.
void kernels_add_rows_that_matter(const kernels_cloud *cloud, size_t first, size_t last,
                                  const float *weights, const uint8_t *matters, size_t lanes,
                                  float *sum);

/// The softmax over listed data rows at x + scale e, averaged over the shifts, in Double; a row
/// more than e^-28 below the heaviest has no part in it, so that the result does not depend on
/// what else is listed. The list is in rising order and has every row within e^-28; `doubt` bounds
/// the error of products taken in a pass. Returns 0 and writes nothing where a pass over the data
/// might list more than `capacity` rows. `scratch`: 3 dimension + 3 count doubles.
int kernels_listed_mean(const kernels_cloud *cloud, const kernels_row *row, const int32_t *list,
                        size_t count, size_t capacity, const float *x, const float *shifts,
                        double scale, double sigma, double doubt, float *mean, double *scratch);

/// Joins what the segments summed for one lane of a panel, segments x dimension x lanes. Where
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

// MARK: Networks

/// out = a b, finished: + bias, then silu (with its derivative kept in `slope`), then + added.
///
/// Number (i, p) of a is a[i a_row + p a_inner], so a may be read transposed. Rows of b lie b_row
/// apart, and b_row is a multiple of 16 numbers that may be read. `bias`, `slope` and `added` may
/// be null; `added` may be `out`. A row of the result depends on no other row of a.
typedef struct {
  size_t rows, columns, inner;
  const float *a;
  size_t a_row, a_inner;
  const float *b;
  size_t b_row;
  float *out;
  size_t out_row;
  const float *bias;
  float *slope;
  size_t slope_row;
  const float *added;
  size_t added_row;
} kernels_product_task;

void kernels_product(const kernels_product_task *task);

/// to[c][r] = from[r][c].
void kernels_transpose(const float *from, size_t rows, size_t columns, size_t from_row, float *to,
                       size_t to_row);

/// inner = outer * slope (all ones where it is null), and bias += the sum of its rows; `inner` may
/// be null.
void kernels_through_slope(const float *outer, size_t outer_row, const float *slope,
                           size_t slope_row, size_t rows, size_t columns, float *inner,
                           size_t inner_row, float *bias);

/// out[row][k] = sin(2 pi f_k x_row), out[row][count + k] = cos(2 pi f_k x_row), |f x| < 10^5.
void kernels_waves(const float *x, size_t x_row, size_t rows, const float *frequencies,
                   size_t count, float *out, size_t out_row);

/// What a network's output F is held against: T = (label - skip x) / scale, row by row.
typedef struct {
  size_t rows, dimension;
  const float *output;
  size_t output_row;
  const float *label, *x;                       // rows x dimension
  const float *skip, *scale, *weight, *huber;   // rows
  double factor;
  float *gradient;
  size_t gradient_row;
  double *loss;                                 // rows
} kernels_residual_task;

/// loss = weight |F - T|^2, or 2 weight c (sqrt(|F - T|^2 + c^2) - c) where c = huber > 0;
/// gradient = factor dloss/dF.
void kernels_residuals(const kernels_residual_task *task);

/// sum = parts[0] + parts[1] + ..., each `length` numbers, `stride` apart; returns |sum|^2.
double kernels_sum_parts(const float *parts, size_t count, size_t stride, size_t length,
                         float *sum);

typedef struct {
  size_t length;
  const float *gradient;
  float *parameters, *first, *second;
  float clip, first_share, second_share, rate, epsilon, decay;
} kernels_adam_task;

/// first += first_share (clip g - first), second += second_share ((clip g)^2 - second),
/// p -= decay p + rate first / (sqrt(second) + epsilon).
void kernels_adam(const kernels_adam_task *task);

/// mean += share (x - mean).
void kernels_approach(float *mean, const float *x, float share, size_t length);

// MARK: Networks of pictures

/// A batch of pictures is a matrix with a row a pixel, pictures one after another, and a column a
/// channel. Rows of `out` hold the 3 x 3 pixels about pixel `first` + row, tap by tap, and zeros
/// where the picture ends; with `mirrored`, tap (dy, dx) is the pixel at (y - dy, x - dx).
typedef struct {
  size_t rows, first, width, height, columns;
  int mirrored;
  const float *x;
  size_t x_row;
  float *out;  // rows x 9 columns
  size_t out_row;
} kernels_patches_task;

void kernels_patches(const kernels_patches_task *task);

/// silu(gain (x - m) r + bias) with m the mean and 1/r^2 - epsilon the variance of a picture over
/// its pixels and the columns of a group, and its derivatives.
typedef struct {
  size_t images, pixels, columns, groups;
  const float *x;
  size_t x_row;
  const float *gain, *bias;
  float epsilon;
  float *stats;  // rows 2n and 2n + 1: m and r of picture n for each column; written forward
  size_t stats_row;
  float *out;
  size_t out_row;
  // The way back alone, where `out` is the derivative by x, plus `added` where that is given.
  const float *outer;
  size_t outer_row;
  const float *added;
  size_t added_row;
  float *gain_gradient, *bias_gradient;  // added to
  float *sums;                           // scratch: 2 rows of stats
} kernels_norm_task;

void kernels_norm(const kernels_norm_task *task);
void kernels_norm_back(const kernels_norm_task *task);

/// Sizes are those of the larger pictures, even.
typedef struct {
  size_t images, width, height, columns;
  float factor;
  const float *from;
  size_t from_row;
  const float *added;
  size_t added_row;
  float *to;
  size_t to_row;
} kernels_resize_task;

/// to = factor times the sum of squares of 2 x 2 pixels.
void kernels_pool(const kernels_resize_task *task);
/// to = each pixel four times, times factor, plus `added` where that is given.
void kernels_spread(const kernels_resize_task *task);

/// to = from.
void kernels_copy(const float *from, size_t from_row, size_t rows, size_t columns, float *to,
                  size_t to_row);
/// x += the row of its picture in `rows`.
void kernels_add_by_image(float *x, size_t x_row, size_t images, size_t pixels, size_t columns,
                          const float *rows, size_t rows_row);
/// rows = the sums of x over the pixels of each picture.
void kernels_sum_by_image(const float *x, size_t x_row, size_t images, size_t pixels,
                          size_t columns, float *rows, size_t rows_row);

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
/// cloud, or null; `sums` and `squares`: lanes, added to; `scratch`: kernels_block_rows x lanes.
void kernels_pair_sums(const kernels_cloud *cloud, const float *queries, size_t lanes,
                       const float *queries_half, ptrdiff_t self, int function, float scale,
                       const float *limits, double *sums, double *squares, float *scratch);

// MARK: Limits

/// 256 multiply-adds in Float32 a round, on one thread; the sum keeps them from being left out.
float kernels_multiply_adds(size_t rounds);

/// e^x for x <= 0; `length` a multiple of kernels_lanes.
void kernels_exponentials(const float *x, float *out, size_t length);
