// Gaussian mixtures.
#pragma once

#include <stddef.h>
#include <stdint.h>

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
  const double *exact;  // components x (l, W)
  const float *single;  // components x (l, W with what its mean lost, mean, c, G)
} kernels_plane_table;

/// Numbers that the arrays of a table hold at most, and doubles of scratch for one thread.
typedef struct {
  size_t exact, single, scratch;
} kernels_plane_sizes;
kernels_plane_sizes kernels_plane_size(const kernels_mixture *mixture);

/// Fills the arrays of a table.
void kernels_plane_fill(const kernels_mixture *mixture, int axes, double sigma, double *scratch,
                        double *exact, float *single);

/// The denoiser at each row, of components whose bases span the space. With `axes` none has one.
/// `table` is that of the common sigma, or null with one sigma a row in `sigmas`.
void kernels_plane_denoise(const kernels_mixture *mixture, const kernels_plane_table *table,
                           int axes, const float *x, size_t count, const double *sigmas,
                           double *scratch, float *denoised);

/// A mixture in many dimensions. Components come in slots of 16, coordinates and directions in
/// panels of 16; `padded` is the dimension rounded up. Unless said otherwise what pads is zero.
typedef struct {
  const kernels_mixture *mixture;  // its basis_values with 16 numbers more
  size_t slots, padded;
  const double *log_weights;  // slots; -infinity pads
  const double *norms;        // slots: |mean|^2
  const double *widest;       // slots: the largest variance; one pads
  const double *columns;      // slots / 16 x dimension x 16: means
  const double *spreads;      // the same: variances, along and off the basis; one pads
  const double *lambdas;      // components x padded: variances along the basis; one pads
  const ptrdiff_t *offsets;   // components: offset into `turned`
  const double *turned;       // rank / 16 x dimension x 16 each: directions
} kernels_wide;

/// Rows of a task at most, and Doubles of scratch for a thread.
size_t kernels_wide_rows(const kernels_wide *wide);
size_t kernels_wide_scratch(const kernels_wide *wide);
/// Doubles of the table that `kernels_wide_table` fills for one sigma.
size_t kernels_wide_table_size(const kernels_wide *wide);
void kernels_wide_table(const kernels_wide *wide, double sigma, double *table);

/// The denoiser at up to `kernels_wide_rows` rows. `table` is that of the common sigma, or null
/// with one sigma a row in `sigmas`.
void kernels_wide_denoise(const kernels_wide *wide, const float *x, size_t count,
                          const double *sigmas, double sigma, const double *table,
                          double *scratch, float *denoised);

/// A mixture along the axes in many dimensions. Components come in slots of 16; what pads is zero.
typedef struct {
  const kernels_mixture *mixture;  // without a basis
  size_t slots;
  const float *center;      // dimension
  const float *columns;     // slots / 16 x dimension x 16: means less center
  const float *norms;       // slots: their squared lengths
  const double *widest;     // components: the largest variance
  const double *narrowest;  // components: the smallest
  float largest;            // the largest of `norms`
} kernels_axes;

/// Doubles of scratch for a thread.
size_t kernels_axes_scratch(const kernels_axes *axes);
/// What bounds take from sigma and the mixture's table for it: 4 x slots numbers.
void kernels_axes_limits(const kernels_axes *axes, double sigma, const double *table,
                         float *limits);
/// The denoiser at each row, the same as `kernels_mixture_evaluate` to the bit.
void kernels_axes_denoise(const kernels_axes *axes, const float *x, size_t count,
                          const double *table, const float *limits, double *scratch,
                          float *denoised);
