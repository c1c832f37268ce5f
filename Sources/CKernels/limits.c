// What the processor can do at most, for measurements.
#define KERNEL_BODY "limits_body.h"
#include "every_target.h"

float kernels_multiply_adds(size_t rounds) { return VARIANT(multiply_adds)(rounds); }

void kernels_exponentials(const float *x, float *out, size_t length) {
  VARIANT(exponentials_of)(x, out, length);
}
