#define KERNEL_BODY "steps_body.h"
#include "every_target.h"

void kernels_combine(float *out, const float *x, float a, const float *y, float b, const float *z,
                     float c, size_t length) {
  VARIANT(combine)(out, x, a, y, b, z, c, length);
}

size_t kernels_first_not_finite(const float *x, size_t count, size_t dimension) {
  return VARIANT(first_not_finite)(x, count, dimension);
}
