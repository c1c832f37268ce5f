#include "vector_math.h"

static void KERNEL(combine)(float *out, const float *x, float a, const float *y, float b,
                            const float *z, float c, size_t length) {
  v16f va = SPLAT(a), vb = SPLAT(b), vc = SPLAT(c);
  size_t i = 0;
  for (; i + kernels_lanes <= length; i += kernels_lanes) {
    v16f value = va * *(const v16f_any *)(x + i);
    if (y) value = MAD(vb, *(const v16f_any *)(y + i), value);
    if (z) value = MAD(vc, *(const v16f_any *)(z + i), value);
    *(v16f_any *)(out + i) = value;
  }
  // The rest goes through the same operations, one lane wide.
  for (; i < length; i++) {
    v16f value = va * x[i];
    if (y) value = MAD(vb, SPLAT(y[i]), value);
    if (z) value = MAD(vc, SPLAT(z[i]), value);
    out[i] = value[0];
  }
}

static size_t KERNEL(first_not_finite)(const float *x, size_t count, size_t dimension) {
  // x - x is zero for finite x and NaN otherwise; NaN stays through the sum.
  size_t total = count * dimension, i = 0;
  v16f sum = {0};
  for (; i + kernels_lanes <= total; i += kernels_lanes) {
    v16f value = *(const v16f_any *)(x + i);
    sum += value - value;
  }
  float rest = 0;
  for (; i < total; i++) rest += x[i] - x[i];
  for (int lane = 0; lane < kernels_lanes; lane++) rest += sum[lane];
  if (rest == 0) return count;
  for (i = 0; i < total; i++)
    if (!(x[i] - x[i] == 0)) return i / dimension;
  return count;
}
