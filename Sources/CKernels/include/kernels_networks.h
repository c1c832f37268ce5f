// Layers of networks of vectors, and of pictures.
#pragma once

#include <stddef.h>
#include <stdint.h>

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

/// Points of a batch: label = clean[pick] - center, x = label + sigma n, input = factor x.
typedef struct {
  size_t rows, dimension;
  const float *clean;            // points x dimension
  const ptrdiff_t *picks;        // rows, each below the number of points
  const float *center;           // dimension
  const float *sigma, *factor;   // rows
  const float *normals;
  size_t normals_row;
  float *label, *x;              // rows x dimension
  float *input;
  size_t input_row;
} kernels_noised_task;

void kernels_noised(const kernels_noised_task *task);

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

/// Every row x becomes softmax(scale x), scale > 0.
void kernels_softmax_rows(float *x, size_t x_row, size_t rows, size_t columns, float scale);
/// Rows x, the derivatives by a = softmax(scale z), become those by z.
void kernels_softmax_rows_back(const float *a, size_t a_row, float *x, size_t x_row, size_t rows,
                          size_t columns, float scale);
