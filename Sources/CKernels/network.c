#include <string.h>

#define KERNEL_BODY "network_body.h"
#include "every_target.h"

void kernels_product(const kernels_product_task *task) { VARIANT(product)(task); }

void kernels_transpose(const float *from, size_t rows, size_t columns, size_t from_row, float *to,
                       size_t to_row) {
  VARIANT(transpose)(from, rows, columns, from_row, to, to_row);
}

void kernels_through_slope(const float *outer, size_t outer_row, const float *slope,
                           size_t slope_row, size_t rows, size_t columns, float *inner,
                           size_t inner_row, float *bias) {
  VARIANT(through_slope)(outer, outer_row, slope, slope_row, rows, columns, inner, inner_row, bias);
}

void kernels_waves(const float *x, size_t x_row, size_t rows, const float *frequencies,
                   size_t count, float *out, size_t out_row) {
  VARIANT(waves)(x, x_row, rows, frequencies, count, out, out_row);
}

void kernels_noised(const kernels_noised_task *task) { VARIANT(noised)(task); }

void kernels_residuals(const kernels_residual_task *task) { VARIANT(residuals)(task); }

double kernels_sum_parts(const float *parts, size_t count, size_t stride, size_t length,
                         float *sum) {
  return VARIANT(sum_parts)(parts, count, stride, length, sum);
}

void kernels_adam(const kernels_adam_task *task) { VARIANT(adam)(task); }

void kernels_approach(float *mean, const float *x, float share, size_t length) {
  VARIANT(approach)(mean, x, share, length);
}
