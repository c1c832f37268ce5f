// Panels of queries against every row of the data, in Float32.
#include <string.h>

#define KERNEL_BODY "scan_body.h"
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

void kernels_add_weighted_rows(const kernels_cloud *cloud, size_t first, size_t last,
                               const float *weights, size_t lanes, float *sum, float *room) {
  VARIANT(add_weighted_rows)(cloud, first, last, weights, lanes, sum, room);
}
