// What known products leave of the data, settled for one query in Double.
#include <math.h>
#include <string.h>

#define KERNEL_BODY "settle_body.h"
#include "every_target.h"

int kernels_listed_mean(const kernels_cloud *cloud, const kernels_row *row, const int32_t *list,
                        size_t count, size_t capacity, const float *x, const float *shifts,
                        double scale, double sigma, double doubt, float *mean, double *scratch) {
  return VARIANT(listed_mean)(cloud, row, list, count, capacity, x, shifts, scale, sigma, doubt,
                              mean, scratch);
}

void kernels_sums_join(const kernels_cloud *cloud, const float *sums, size_t segments,
                       size_t lane, size_t lanes, const float *x, const float *shifts,
                       size_t shift_count, double scale, double sigma, double second_moment,
                       double doubt, float *mean, double *scratch) {
  VARIANT(sums_join)(cloud, sums, segments, lane, lanes, x, shifts, shift_count, scale, sigma,
                     second_moment, doubt, mean, scratch);
}

void kernels_nearest_of(const kernels_cloud *cloud, const int32_t *list, size_t count,
                        const float *x, size_t wanted, int32_t *nearest, double *scratch) {
  VARIANT(nearest_of)(cloud, list, count, x, wanted, nearest, scratch);
}

void kernels_row_values(const kernels_cloud *cloud, const kernels_row *row, const float *x,
                        const int32_t *chosen, size_t count, double *values, double *query) {
  VARIANT(row_values)(cloud, row, x, chosen, count, values, query);
}
