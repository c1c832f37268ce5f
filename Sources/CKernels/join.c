// What the scans gathered, settled for one query in Double.
#include <math.h>
#include <string.h>

#define KERNEL_BODY "join_body.h"
#include "every_target.h"

kernels_softmax kernels_softmax_join(const kernels_cloud *cloud, const kernels_panel *panels,
                                     size_t segments, size_t lane, size_t lanes, const float *x,
                                     double sigma, double rounding, float slack, float *mean,
                                     double *scratch) {
  return VARIANT(softmax_join)(cloud, panels, segments, lane, lanes, x, sigma, rounding, slack,
                               mean, scratch);
}

void kernels_nearest_join(const kernels_cloud *cloud, const kernels_panel *panels,
                          size_t segments, size_t lane, const float *x, double rounding,
                          size_t wanted, int32_t *nearest, double *scratch) {
  VARIANT(nearest_join)(cloud, panels, segments, lane, x, rounding, wanted, nearest, scratch);
}

void kernels_shifted_mean(const kernels_cloud *cloud, const int32_t *chosen,
                          const double *log_weights, size_t chosen_count, const float *x,
                          const float *shifts, size_t shift_count, double scale, double sigma,
                          float *mean, double *scratch) {
  VARIANT(shifted_mean)(cloud, chosen, log_weights, chosen_count, x, shifts, shift_count, scale,
                        sigma, mean, scratch);
}

void kernels_distances(const kernels_cloud *cloud, size_t first, size_t last, const float *x,
                       double *squared, double *scratch) {
  VARIANT(distances)(cloud, first, last, x, squared, scratch);
}
