#include "vector_math.h"

enum { KERNEL(chains) = 16 };

// Sixteen independent chains of multiply-adds: more than latency times width of any processor here.
static float KERNEL(multiply_adds)(size_t rounds) {
  v16f sum[KERNEL(chains)], factor = SPLAT(0.999f), term = SPLAT(1e-3f);
  for (int c = 0; c < KERNEL(chains); c++) sum[c] = SPLAT((float)c);
  for (size_t r = 0; r < rounds; r++)
    UNROLL for (int c = 0; c < KERNEL(chains); c++) sum[c] = MAD(sum[c], factor, term);
  v16f total = {0};
  for (int c = 0; c < KERNEL(chains); c++) total += sum[c];
  float result = 0;
  for (int lane = 0; lane < kernels_lanes; lane++) result += total[lane];
  return result;
}

static void KERNEL(exponentials_of)(const float *x, float *out, size_t length) {
  for (size_t i = 0; i + kernels_lanes <= length; i += kernels_lanes)
    *(v16f_any *)(out + i) = KERNEL(exp)(*(const v16f_any *)(x + i));
}
