#include "vector_math.h"
#include "plane_numbers.h"

// Components whose Float sums lose no digit.
#define FEW 8

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

// D = sum_k r_k (c_k + G_k x) in Float; the lanes where that may not do are returned.
//
// x - high loses its last digit at most, so log2 r_k has a relative error of 8 * 2^-24 at most: three
// roundings in a square's root, twice over, and two in the sum. Let L be -log2 of the sum of the
// weights and s the share of all but the largest: weights that count are off by 8 * 2^-24 L, and D by
// some s times that of the distance between components. It will do where s L <= 5. A weight below
// 2^-80 says nothing beside a sum of 2^-40.
INLINE v16i KERNEL(plane_single)(const kernels_mixture *m, const float *single, const int common,
                                 const int d, const int axes, const int few, const v16f x[],
                                 v16f denoised[]) {
  const int square = axes ? d : d * d;
  v16f total = {0}, sum[MOST], gain[MOST * MOST];
  v16d total_d = {0}, sum_d[MOST], gain_d[MOST * MOST];
  v16i most = {0};
  UNROLL for (int i = 0; i < d; i++) sum[i] = (v16f){0}, sum_d[i] = (v16d){0};
  UNROLL for (int i = 0; i < square; i++) gain[i] = (v16f){0}, gain_d[i] = (v16d){0};
  for (size_t k = 0; k < m->components; k++, single += NEXT(SINGLE(d, square))) {
    v16f logit = NUMBER(0), gap[MOST];
    UNROLL for (int i = 0; i < d; i++) gap[i] = x[i] - NUMBER(1 + d + square + i);
    UNROLL for (int i = 0; i < d; i++) {
      const int width = axes ? 1 : d, row = 1 + i * (width + 1);
      v16f y = NUMBER(row + width);
      UNROLL for (int j = 0; j < width; j++) y = MAD(NUMBER(row + j), gap[axes ? i : j], y);
      logit = MAD(-y, y, logit);
    }
    v16i counts = logit > -80.0f;
    if (!few && !__builtin_reduce_or(counts)) continue;
    v16f weight = (v16f)((v16i)KERNEL(exp2_in_range)(logit) & counts);
    most = __builtin_elementwise_max(most, (v16i)weight);
    const int says = 1 + 2 * d + square;
    if (few) {
      total += weight;
      UNROLL for (int i = 0; i < d; i++) sum[i] = MAD(weight, NUMBER(says + i), sum[i]);
      UNROLL for (int i = 0; i < square; i++)
        gain[i] = MAD(weight, NUMBER(says + d + i), gain[i]);
    } else {
      v16d w = __builtin_convertvector(weight, v16d);
      total_d += w;
      UNROLL for (int i = 0; i < d; i++)
        sum_d[i] = MAD_D(w, __builtin_convertvector(NUMBER(says + i), v16d), sum_d[i]);
      UNROLL for (int i = 0; i < square; i++)
        gain_d[i] = MAD_D(w, __builtin_convertvector(NUMBER(says + d + i), v16d), gain_d[i]);
    }
  }
  if (!few) {
    total = __builtin_convertvector(total_d, v16f);
    UNROLL for (int i = 0; i < d; i++) sum[i] = __builtin_convertvector(sum_d[i], v16f);
    UNROLL for (int i = 0; i < square; i++) gain[i] = __builtin_convertvector(gain_d[i], v16f);
  }
  v16f inverse = 1.0f / total;
  UNROLL for (int i = 0; i < d; i++) {
    v16f value = sum[i];
    if (axes) value = MAD(gain[i], x[i], value);
    else UNROLL for (int j = 0; j < d; j++) value = MAD(gain[i * d + j], x[j], value);
    denoised[i] = value * inverse;
  }
  // The exponent is log2, rounded down.
  v16f level = __builtin_convertvector(127 - ((v16i)total >> 23), v16f);
  v16f others = total - (v16f)most;
  return ~((total >= 0x1p-40f) & (others * level <= 5.0f * total));
}

// The same with logits in Double; once the largest is taken off, exponentials in Float, and the sums
// of a few components; those of all in Double again.
INLINE void KERNEL(plane_double)(const kernels_mixture *m, const KERNEL(plane_numbers) *numbers,
                                 const int common, const int d, const int axes, v16f x[],
                                 v16d_any *logits) {
  const int square = axes ? d : d * d;
  const double *exact = numbers->exact;
  v16d wide[MOST], sum[MOST], gain[MOST * MOST], total = {0}, best = SPLAT_D(-__builtin_inf());
  UNROLL for (int i = 0; i < d; i++) wide[i] = __builtin_convertvector(x[i], v16d);
  for (size_t k = 0; k < m->components; k++, exact += NEXT(EXACT(d, square))) {
    v16d delta[MOST], logit = NUMBER_D(0);
    UNROLL for (int i = 0; i < d; i++) delta[i] = wide[i] - m->means[k * d + i];
    UNROLL for (int i = 0; i < d; i++) {
      const int row = 1 + (axes ? i : i * d);
      v16d y = NUMBER_D(row) * delta[axes ? i : 0];
      if (!axes) UNROLL for (int j = 1; j < d; j++) y = MAD_D(NUMBER_D(row + j), delta[j], y);
      logit = MAD_D(-y, y, logit);
    }
    logits[k] = logit;
    // Not elementwise_max, which takes three operations to look after NaN: one stays out here.
    v16l rises = (v16l)(logit > best);
    best = (v16d)(((v16l)logit & rises) | ((v16l)best & ~rises));
  }
  UNROLL for (int i = 0; i < d; i++) sum[i] = (v16d){0};
  UNROLL for (int i = 0; i < square; i++) gain[i] = (v16d){0};
  const int says = 1 + 2 * d + square;
  for (size_t first = 0; first < m->components; first += FEW) {
    v16f few_sum[MOST], few_gain[MOST * MOST], few_total = {0};
    UNROLL for (int i = 0; i < d; i++) few_sum[i] = (v16f){0};
    UNROLL for (int i = 0; i < square; i++) few_gain[i] = (v16f){0};
    int any = 0;
    for (size_t k = first; k < first + FEW && k < m->components; k++) {
      v16f below = __builtin_convertvector(logits[k] - best, v16f);
      // Below 1e-21 a component changes no digit.
      v16i counts = below > -48.0f;
      if (!__builtin_reduce_or(counts)) continue;
      any = 1;
      v16f weight = (v16f)((v16i)KERNEL(exp_in_range)(below) & counts);
      const float *single = numbers->single + k * NEXT(SINGLE(d, square));
      few_total += weight;
      UNROLL for (int i = 0; i < d; i++) few_sum[i] = MAD(weight, NUMBER(says + i), few_sum[i]);
      UNROLL for (int i = 0; i < square; i++)
        few_gain[i] = MAD(weight, NUMBER(says + d + i), few_gain[i]);
    }
    if (!any) continue;
    total += __builtin_convertvector(few_total, v16d);
    UNROLL for (int i = 0; i < d; i++) sum[i] += __builtin_convertvector(few_sum[i], v16d);
    UNROLL for (int i = 0; i < square; i++) gain[i] += __builtin_convertvector(few_gain[i], v16d);
  }
  v16d inverse = 1.0 / total;
  UNROLL for (int i = 0; i < d; i++) {
    if (axes) sum[i] = MAD_D(gain[i], wide[i], sum[i]);
    else UNROLL for (int j = 0; j < d; j++) sum[i] = MAD_D(gain[i * d + j], wide[j], sum[i]);
    x[i] = __builtin_convertvector(sum[i] * inverse, v16f);
  }
}

// Float where it will do, Double in the lanes where it may not.
INLINE void KERNEL(plane_panel)(const kernels_mixture *m, const KERNEL(plane_numbers) *numbers,
                                const int common, const int d, const int axes, const float *rows,
                                v16d_any *logits, float *denoised) {
  v16f x[MOST], clean[MOST];
  KERNEL(split_rows)(rows, d, x);
  v16i doubtful =
      m->components <= FEW
          ? KERNEL(plane_single)(m, numbers->single, common, d, axes, 1, x, clean)
          : KERNEL(plane_single)(m, numbers->single, common, d, axes, 0, x, clean);
  if (__builtin_reduce_or(doubtful)) {
    KERNEL(plane_double)(m, numbers, common, d, axes, x, logits);
    UNROLL for (int i = 0; i < d; i++)
      clean[i] = (v16f)(((v16i)x[i] & doubtful) | ((v16i)clean[i] & ~doubtful));
  }
  KERNEL(join_rows)(clean, d, denoised);
}

// `scratch`: logits, and after them the numbers of a panel whose rows have each their own sigma.
INLINE void KERNEL(plane_rows)(const kernels_mixture *m, const kernels_plane_table *table,
                               const int common, const int d, const int axes, const float *x,
                               size_t count, const double *sigmas, double *scratch,
                               float *denoised) {
  const int square = axes ? d : d * d;
  double *exact = scratch + m->components * kernels_lanes;
  float *single = (float *)(exact + m->components * EXACT(d, square) * kernels_lanes);
  KERNEL(plane_numbers) numbers = {exact, single};
  if (common) numbers = (KERNEL(plane_numbers)){table->exact, table->single};
  for (size_t row = 0; row < count; row += kernels_lanes) {
    size_t lanes = count - row < kernels_lanes ? count - row : kernels_lanes;
    if (!common) {
      v16d variance = SPLAT_D(1.0);
      for (size_t lane = 0; lane < lanes; lane++)
        variance[lane] = sigmas[row + lane] * sigmas[row + lane];
      KERNEL(plane_lanes)(m, variance, d, axes, (v16d_any *)exact, (v16f_any *)single);
    }
    if (lanes == kernels_lanes) {
      KERNEL(plane_panel)(m, &numbers, common, d, axes, x + row * d, (v16d_any *)scratch,
                          denoised + row * d);
      continue;
    }
    float rows[MOST * kernels_lanes] = {0}, out[MOST * kernels_lanes];
    memcpy(rows, x + row * d, lanes * d * sizeof(float));
    KERNEL(plane_panel)(m, &numbers, common, d, axes, rows, (v16d_any *)scratch, out);
    memcpy(denoised + row * d, out, lanes * d * sizeof(float));
  }
}

static void KERNEL(plane_denoise)(const kernels_mixture *m, const kernels_plane_table *table,
                                  int axes, const float *x, size_t count, const double *sigmas,
                                  double *scratch, float *out) {
  // Twice, so that the compiler knows in each where the numbers come from.
#define ROWS(d, axes)                                                                      \
  if (table) KERNEL(plane_rows)(m, table, 1, d, axes, x, count, sigmas, scratch, out);     \
  else KERNEL(plane_rows)(m, table, 0, d, axes, x, count, sigmas, scratch, out)
  WITH_SHAPE(m, axes, ROWS)
#undef ROWS
}
