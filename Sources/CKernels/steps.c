#define KERNEL_BODY "steps_body.h"
#include "every_target.h"

void kernels_combine(float *out, const float *x, const float *a, const float *y, const float *b,
                     const float *z, const float *c, size_t stride, size_t count,
                     size_t dimension) {
  VARIANT(combine)(out, x, a, y, b, z, c, stride, count, dimension);
}

size_t kernels_first_not_finite(const float *x, size_t count, size_t dimension) {
  return VARIANT(first_not_finite)(x, count, dimension);
}
