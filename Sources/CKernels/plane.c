// Mixtures in few dimensions.
#include <math.h>
#include <string.h>

#define KERNEL_BODY "plane_body.h"
#include "every_target.h"

kernels_plane_sizes kernels_plane_size(const kernels_mixture *mixture) {
  size_t d = mixture->dimension, wide = 1 + d * d, narrow = 1 + 3 * d + 2 * d * d;
  size_t lanes = kernels_lanes * mixture->components;
  return (kernels_plane_sizes){mixture->components * wide, mixture->components * narrow,
                               lanes * (1 + wide + (narrow + 1) / 2)};
}

void kernels_plane_fill(const kernels_mixture *mixture, int axes, double sigma, double *scratch,
                        double *exact, float *single) {
  VARIANT(plane_table)(mixture, axes, sigma, scratch, exact, single);
}

void kernels_plane_denoise(const kernels_mixture *mixture, const kernels_plane_table *table,
                           int axes, const float *x, size_t count, const double *sigmas,
                           double *scratch, float *denoised) {
  VARIANT(plane_denoise)(mixture, table, axes, x, count, sigmas, scratch, denoised);
}
