#include <math.h>
#include <string.h>

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
