#include "vector_math.h"
#include "vector_rows.h"

// `other` in the lanes beyond the last column.
INLINE v16f KERNEL(load_or)(const float *from, size_t columns, float other) {
  v16f value = KERNEL(load)(from, columns);
  for (size_t lane = columns; lane < kernels_lanes; lane++) value[lane] = other;
  return value;
}

// The largest of a row is taken away first: no exponent is above zero.
static void KERNEL(softmax)(float *x, size_t x_row, size_t rows, size_t columns, float scale) {
  for (size_t i = 0; i < rows; i++, x += x_row) {
    v16f most = SPLAT(-3e38f), sum = {0};
    for (size_t j = 0; j < columns; j += kernels_lanes)
      most = __builtin_elementwise_max(most, KERNEL(load_or)(x + j, columns - j, -3e38f));
    float top = most[0];
    for (int lane = 1; lane < kernels_lanes; lane++) top = most[lane] > top ? most[lane] : top;
    for (size_t j = 0; j < columns; j += kernels_lanes) {
      // What lies beyond the row adds e^-87 of its largest weight.
      v16f away = KERNEL(load_or)(x + j, columns - j, -3e38f) - top;
      v16f weight = KERNEL(exp)(away * scale);
      KERNEL(store)(x + j, weight, columns - j);
      sum += weight;
    }
    float inverse = (float)(1 / KERNEL(lane_sum)(sum));
    for (size_t j = 0; j < columns; j += kernels_lanes)
      KERNEL(store)(x + j, inverse * KERNEL(load)(x + j, columns - j), columns - j);
  }
}

// With a = softmax(scale x): dL/dx = scale a (dL/da - sum of a dL/da).
static void KERNEL(softmax_back)(const float *a, size_t a_row, float *x, size_t x_row, size_t rows,
                                 size_t columns, float scale) {
  for (size_t i = 0; i < rows; i++, a += a_row, x += x_row) {
    v16f sum = {0};
    for (size_t j = 0; j < columns; j += kernels_lanes)
      sum = MAD(KERNEL(load)(a + j, columns - j), KERNEL(load)(x + j, columns - j), sum);
    float mean = (float)KERNEL(lane_sum)(sum);
    for (size_t j = 0; j < columns; j += kernels_lanes) {
      v16f weight = KERNEL(load)(a + j, columns - j) * scale;
      KERNEL(store)(x + j, weight * (KERNEL(load)(x + j, columns - j) - mean), columns - j);
    }
  }
}
