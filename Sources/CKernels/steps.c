#define KERNEL_BODY "steps_body.h"
#include "every_target.h"

int kernels_combine(float *out, const kernels_sum *sum, size_t length) {
  return VARIANT(combine)(out, sum, length);
}

size_t kernels_first_not_finite(const float *x, size_t count, size_t dimension) {
  return VARIANT(first_not_finite)(x, count, dimension);
}
