// One row of a batch against every data row, from products that are known.
#include <math.h>
#include <string.h>

#define KERNEL_BODY "rows_body.h"
#include "every_target.h"

double kernels_combination(const double *const *anchors, const double *ridges, size_t count,
                           const double *query, size_t dimension, double *weights) {
  return VARIANT(combination)(anchors, ridges, count, query, dimension, weights);
}

void kernels_row_best(const kernels_row *row, float *best, int32_t *leaders) {
  VARIANT(row_best)(row, best, leaders);
}

float kernels_row_least_of_best(const kernels_row *row, size_t wanted, float *values,
                                int32_t *leaders) {
  return VARIANT(row_least_of_best)(row, wanted, values, leaders);
}

size_t kernels_row_list(const kernels_row *row, const float *thresholds, size_t capacity,
                        int32_t *list) {
  return VARIANT(row_list)(row, thresholds, capacity, list);
}

void kernels_row_sums(const kernels_row *row, float precision, const float *best,
                      const float *thresholds, double *sums, double *norms) {
  VARIANT(row_sums)(row, precision, best, thresholds, sums, norms);
}

void kernels_row_weights(const kernels_row *row, size_t first, size_t last, float precision,
                         const float *best, const float *thresholds, const float *factors,
                         float *weights) {
  VARIANT(row_weights)(row, first, last, precision, best, thresholds, factors, weights);
}
