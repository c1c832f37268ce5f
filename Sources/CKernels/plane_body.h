#include "vector_math.h"

#define MOST kernels_plane_dimension

// 16 rows of d coordinates to one vector a coordinate.
INLINE void KERNEL(split_rows)(const float *rows, const int d, v16f x[]) {
  if (d == 2) {
    v16f a = ((const v16f_any *)rows)[0], b = ((const v16f_any *)rows)[1];
    x[0] = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                                   30);
    x[1] = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29,
                                   31);
    return;
  }
  UNROLL for (int i = 0; i < d; i++)
    UNROLL for (int lane = 0; lane < kernels_lanes; lane++) x[i][lane] = rows[lane * d + i];
}

// The way back.
INLINE void KERNEL(join_rows)(const v16f x[], const int d, float *rows) {
  if (d == 2) {
    ((v16f_any *)rows)[0] = __builtin_shufflevector(x[0], x[1], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20,
                                                    5, 21, 6, 22, 7, 23);
    ((v16f_any *)rows)[1] = __builtin_shufflevector(x[0], x[1], 8, 24, 9, 25, 10, 26, 11, 27, 12,
                                                    28, 13, 29, 14, 30, 15, 31);
    return;
  }
  UNROLL for (int i = 0; i < d; i++)
    UNROLL for (int lane = 0; lane < kernels_lanes; lane++) rows[lane * d + i] = x[i][lane];
}

// D = sum_k r_k (c_k + G_k x). The logits, which decide, in Double; once the largest is taken off,
// their exponentials and the sums in Float.
INLINE void KERNEL(plane_panel)(const kernels_plane *plane, const int d, const int axes,
                                const float *rows, v16d_any *logits, float *denoised) {
  v16f x[MOST], sum[MOST], gain[MOST * MOST], total = {0};
  v16d wide[MOST], best = SPLAT_D(-__builtin_inf());
  KERNEL(split_rows)(rows, d, x);
  UNROLL for (int i = 0; i < d; i++) wide[i] = __builtin_convertvector(x[i], v16d);
  const double *exact = plane->exact;
  const int square = axes ? d : d * d;
  const size_t exact_size = 1 + d + square, single_size = d + square;
  for (size_t k = 0; k < plane->components; k++, exact += exact_size) {
    const double *mean = exact + 1, *whiten = mean + d;
    v16d delta[MOST], logit = SPLAT_D(exact[0]);
    UNROLL for (int i = 0; i < d; i++) delta[i] = wide[i] - mean[i];
    UNROLL for (int i = 0; i < d; i++) {
      v16d y = delta[axes ? i : 0] * whiten[axes ? i : i * d];
      if (!axes)
        UNROLL for (int j = 1; j < d; j++) y = MAD_D(SPLAT_D(whiten[i * d + j]), delta[j], y);
      logit = MAD_D(-y, y, logit);
    }
    logits[k] = logit;
    best = __builtin_elementwise_max(best, logit);
  }
  UNROLL for (int i = 0; i < d; i++) sum[i] = (v16f){0};
  UNROLL for (int i = 0; i < square; i++) gain[i] = (v16f){0};
  const float *single = plane->single;
  for (size_t k = 0; k < plane->components; k++, single += single_size) {
    v16f below = __builtin_convertvector(logits[k] - best, v16f);
    // Below 1e-21 a component changes no digit.
    v16i counts = below > -48.0f;
    if (!__builtin_reduce_or(counts)) continue;
    v16f weight = (v16f)((v16i)KERNEL(exp)(below) & counts);
    total += weight;
    UNROLL for (int i = 0; i < d; i++) sum[i] = MAD(weight, SPLAT(single[i]), sum[i]);
    UNROLL for (int i = 0; i < square; i++)
      gain[i] = MAD(weight, SPLAT(single[d + i]), gain[i]);
  }
  v16f inverse = 1.0f / total;
  UNROLL for (int i = 0; i < d; i++) {
    if (axes) sum[i] = MAD(gain[i], x[i], sum[i]);
    else UNROLL for (int j = 0; j < d; j++) sum[i] = MAD(gain[i * d + j], x[j], sum[i]);
    sum[i] *= inverse;
  }
  KERNEL(join_rows)(sum, d, denoised);
}

INLINE void KERNEL(plane_rows)(const kernels_plane *plane, const int d, const int axes,
                               const float *x, size_t count, double *logits, float *denoised) {
  size_t row = 0;
  for (; row + kernels_lanes <= count; row += kernels_lanes)
    KERNEL(plane_panel)(plane, d, axes, x + row * d, (v16d_any *)logits, denoised + row * d);
  if (row == count) return;
  float rows[MOST * kernels_lanes] = {0}, out[MOST * kernels_lanes];
  memcpy(rows, x + row * d, (count - row) * d * sizeof(float));
  KERNEL(plane_panel)(plane, d, axes, rows, (v16d_any *)logits, out);
  memcpy(denoised + row * d, out, (count - row) * d * sizeof(float));
}

static void KERNEL(plane_denoise)(const kernels_plane *plane, const float *x, size_t count,
                                  double *logits, float *denoised) {
  int axes = plane->axes;
  switch (plane->dimension) {
    case 1: KERNEL(plane_rows)(plane, 1, 1, x, count, logits, denoised); break;
    case 2:
      if (axes) KERNEL(plane_rows)(plane, 2, 1, x, count, logits, denoised);
      else KERNEL(plane_rows)(plane, 2, 0, x, count, logits, denoised);
      break;
    case 3:
      if (axes) KERNEL(plane_rows)(plane, 3, 1, x, count, logits, denoised);
      else KERNEL(plane_rows)(plane, 3, 0, x, count, logits, denoised);
      break;
  }
}
