// Mixtures in few dimensions.
#include <math.h>
#include <string.h>

#define KERNEL_BODY "plane_body.h"
#include "every_target.h"

void kernels_plane_fill(const kernels_mixture *mixture, int axes, double sigma, double *exact,
                        float *single) {
  VARIANT(plane_table)(mixture, axes, sigma, exact, single);
}

void kernels_plane_denoise(const kernels_mixture *mixture, const kernels_plane_table *table,
                           int axes, const float *x, size_t count, const double *sigmas,
                           double *logits, float *denoised) {
  VARIANT(plane_denoise)(mixture, table, axes, x, count, sigmas, logits, denoised);
}
