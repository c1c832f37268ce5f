#include <math.h>
#include <string.h>

#define KERNEL_BODY "plane_body.h"
#include "every_target.h"

void kernels_plane_denoise(const kernels_plane *plane, const float *x, size_t count,
                           double *logits, float *denoised) {
  VARIANT(plane_denoise)(plane, x, count, logits, denoised);
}
