#include <math.h>
#include <string.h>

#define KERNEL_BODY "neighbors_body.h"
#include "every_target.h"

void kernels_pack_panel(const float *rows, size_t count, size_t dimension, const float *center,
                        float *panel, size_t lanes) {
  // Lanes past the end repeat the first row: finite numbers, never read back.
  for (size_t lane = 0; lane < lanes; lane++) {
    const float *row = rows + (lane < count ? lane : 0) * dimension;
    for (size_t i = 0; i < dimension; i++) panel[i * lanes + lane] = row[i] - center[i];
  }
}

void kernels_softmax_scan(const kernels_cloud *cloud, size_t first, size_t last,
                          const float *queries, size_t lanes, const float *precision,
                          const float *slack, kernels_panel *panel, float *scratch) {
  VARIANT(softmax_scan)(cloud, first, last, queries, lanes, precision, slack, panel, scratch);
}

void kernels_nearest_scan(const kernels_cloud *cloud, size_t first, size_t last,
                          const float *queries, size_t lanes, kernels_panel *panel,
                          float *scratch) {
  VARIANT(nearest_scan)(cloud, first, last, queries, lanes, panel, scratch);
}

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

void kernels_add_weighted_rows(const kernels_cloud *cloud, size_t first, size_t last,
                               const float *weights, size_t lanes, float *sum) {
  int32_t all[kernels_block_rows];
  for (int32_t row = 0; row < kernels_block_rows; row++) all[row] = row;
  VARIANT(weighted_sums)(cloud->values + first * cloud->dimension, cloud->dimension, weights, all,
                         last - first, lanes, sum);
}
