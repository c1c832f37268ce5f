#include <string.h>

#define KERNEL_BODY "attention_body.h"
#include "every_target.h"

void kernels_softmax_rows(float *x, size_t x_row, size_t rows, size_t columns, float scale) {
  VARIANT(softmax)(x, x_row, rows, columns, scale);
}

void kernels_softmax_rows_back(const float *a, size_t a_row, float *x, size_t x_row, size_t rows,
                          size_t columns, float scale) {
  VARIANT(softmax_back)(a, a_row, x, x_row, rows, columns, scale);
}
