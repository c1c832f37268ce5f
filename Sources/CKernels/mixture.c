#include <math.h>
#include <string.h>

#include "CKernels.h"

// Rows of a task whose bounds are held together: half a megabyte at most.
static size_t axes_rows(const kernels_axes *a) {
  size_t rows = ((size_t)1 << 17) / a->slots / kernels_lanes * kernels_lanes;
  return rows < kernels_lanes ? kernels_lanes : rows > 1024 ? 1024 : rows;
}

// Components of a row that are taken one by one; with more, all in lanes take less time.
static size_t axes_most(const kernels_axes *a) { return a->mixture->components / 4 + 1; }

#define KERNEL_BODY "mixture_body.h"
#include "every_target.h"

// Table entries, each a number (one sigma) or a vector of 16 (one sigma a row):
// precision[K][d], gain[K][d], rest precision[K], rest gain[K], half log determinant[K].
static size_t table_entries(const kernels_mixture *m) {
  return 2 * m->components * m->dimension + 3 * m->components;
}

size_t kernels_mixture_table_size(const kernels_mixture *m) { return table_entries(m); }

size_t kernels_mixture_scratch(const kernels_mixture *m) {
  // x, delta, y, sum (d each), logits (K), and a table of vectors; one vector to align the rest.
  return kernels_lanes * (4 * m->dimension + m->components + table_entries(m) + 1);
}

void kernels_mixture_table(const kernels_mixture *m, double sigma, double *table) {
  VARIANT(mixture_table)(m, sigma, table);
}

void kernels_mixture_evaluate(const kernels_mixture *m, const float *x, size_t count,
                              const double *sigmas, double sigma, const double *table,
                              double *scratch, float *denoised, double *log_density,
                              double *trace) {
  VARIANT(mixture_evaluate)(m, x, count, sigmas, sigma, table, scratch, denoised, log_density,
                            trace);
}

size_t kernels_axes_scratch(const kernels_axes *a) {
  size_t rows = axes_rows(a), pairs = rows * axes_most(a), d = a->mixture->dimension;
  size_t doubles = kernels_mixture_scratch(a->mixture) + rows + pairs;
  size_t words = (rows + 12) * a->slots + (12 + 2 * kernels_lanes) * d + 4 * rows + 1 +
                 a->mixture->components + 3 * pairs + (pairs > rows ? pairs : rows);
  return doubles + words / 2 + 1;
}

void kernels_axes_limits(const kernels_axes *a, double sigma, const double *table, float *limits) {
  VARIANT(axes_limits)(a, sigma, table, limits);
}

void kernels_axes_denoise(const kernels_axes *a, const float *x, size_t count,
                          const double *table, const float *limits, double *scratch,
                          float *denoised) {
  VARIANT(axes_denoise)(a, x, count, table, limits, scratch, denoised);
}
