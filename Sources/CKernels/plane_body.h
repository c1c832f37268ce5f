#include "vector_math.h"

#define MOST kernels_plane_dimension
// Components whose Float sums lose no digit.
#define FEW 8
// Entry i of eigenvector j; those of a covariance without a basis are the axes.
#define ALONG(j, i) \
  (m->bases[k] < 0 ? (double)((j) == (i)) : m->basis_values[m->bases[k] + (j) * d + (i)])

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

// What component k is at one sigma a lane: l and W decide how much it counts, c and G what it says.
INLINE void KERNEL(plane_weighing)(const kernels_mixture *m, size_t k, v16d variance, const int d,
                                   const int axes, v16d *l, v16d whiten[]) {
  v16d logs = {0};
  UNROLL for (int j = 0; j < d; j++) {
    double lambda = m->ranks[k] ? m->variances[k * d + j] : m->rests[k];
    v16d total = lambda + variance, inverse = __builtin_elementwise_sqrt(0.5 / total);
    logs += KERNEL(log_d)(total);
    if (axes) {
      whiten[j] = inverse;
      continue;
    }
    UNROLL for (int i = 0; i < d; i++) whiten[j * d + i] = ALONG(j, i) * inverse;
  }
  *l = m->log_weights[k] - 0.5 * logs;
}

INLINE void KERNEL(plane_saying)(const kernels_mixture *m, size_t k, v16d variance, const int d,
                                 const int axes, v16f clean[], v16f gain[]) {
  const double *mean = m->means + k * d;
  v16d sum[MOST], product[MOST * MOST];
  UNROLL for (int i = 0; i < d; i++) sum[i] = (v16d){0};
  UNROLL for (int i = 0; i < d * d; i++) product[i] = (v16d){0};
  UNROLL for (int j = 0; j < d; j++) {
    double lambda = m->ranks[k] ? m->variances[k * d + j] : m->rests[k];
    v16d total = lambda + variance, keep = lambda / total, lose = variance / total;
    if (axes) {
      sum[j] = mean[j] * lose;
      product[j] = keep;
      continue;
    }
    double along = 0;
    UNROLL for (int i = 0; i < d; i++) along += ALONG(j, i) * mean[i];
    UNROLL for (int i = 0; i < d; i++) {
      sum[i] += along * ALONG(j, i) * lose;
      UNROLL for (int n = 0; n < d; n++) product[i * d + n] += ALONG(j, i) * ALONG(j, n) * keep;
    }
  }
  UNROLL for (int i = 0; i < d; i++) clean[i] = __builtin_convertvector(sum[i], v16f);
  UNROLL for (int i = 0; i < (axes ? d : d * d); i++)
    gain[i] = __builtin_convertvector(product[i], v16f);
}

// D = sum_k r_k (c_k + G_k x). The logits, which decide, in Double; once the largest is taken off,
// their exponentials in Float, and the sums of a few components; those of all in Double again.
INLINE void KERNEL(plane_panel)(const kernels_mixture *m, const kernels_plane_table *table,
                                v16d variance, const int d, const int axes, const float *rows,
                                v16d_any *logits, float *denoised) {
  const int square = axes ? d : d * d;
  v16f x[MOST];
  v16d wide[MOST], sum[MOST], gain[MOST * MOST], total = {0}, best = SPLAT_D(-__builtin_inf());
  KERNEL(split_rows)(rows, d, x);
  UNROLL for (int i = 0; i < d; i++) wide[i] = __builtin_convertvector(x[i], v16d);
  for (size_t k = 0; k < m->components; k++) {
    v16d whiten[MOST * MOST], delta[MOST], logit;
    if (table) {
      const double *exact = table->exact + k * (1 + square);
      logit = SPLAT_D(exact[0]);
      UNROLL for (int i = 0; i < square; i++) whiten[i] = SPLAT_D(exact[1 + i]);
    } else {
      KERNEL(plane_weighing)(m, k, variance, d, axes, &logit, whiten);
    }
    UNROLL for (int i = 0; i < d; i++) delta[i] = wide[i] - m->means[k * d + i];
    UNROLL for (int i = 0; i < d; i++) {
      v16d y = whiten[axes ? i : i * d] * delta[axes ? i : 0];
      if (!axes) UNROLL for (int j = 1; j < d; j++) y = MAD_D(whiten[i * d + j], delta[j], y);
      logit = MAD_D(-y, y, logit);
    }
    logits[k] = logit;
    // Not elementwise_max, which takes three operations to look after NaN: one stays out here.
    v16l rises = (v16l)(logit > best);
    best = (v16d)(((v16l)logit & rises) | ((v16l)best & ~rises));
  }
  UNROLL for (int i = 0; i < d; i++) sum[i] = (v16d){0};
  UNROLL for (int i = 0; i < square; i++) gain[i] = (v16d){0};
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
      v16f weight = (v16f)((v16i)KERNEL(exp_in_range)(below) & counts), clean[MOST], keep[MOST * MOST];
      if (table) {
        const float *single = table->single + k * (d + square);
        UNROLL for (int i = 0; i < d; i++) clean[i] = SPLAT(single[i]);
        UNROLL for (int i = 0; i < square; i++) keep[i] = SPLAT(single[d + i]);
      } else {
        KERNEL(plane_saying)(m, k, variance, d, axes, clean, keep);
      }
      few_total += weight;
      UNROLL for (int i = 0; i < d; i++) few_sum[i] = MAD(weight, clean[i], few_sum[i]);
      UNROLL for (int i = 0; i < square; i++) few_gain[i] = MAD(weight, keep[i], few_gain[i]);
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
  KERNEL(join_rows)(x, d, denoised);
}

INLINE void KERNEL(plane_rows)(const kernels_mixture *m, const kernels_plane_table *table,
                               const int d, const int axes, const float *x, size_t count,
                               const double *sigmas, double *logits, float *denoised) {
  for (size_t row = 0; row < count; row += kernels_lanes) {
    size_t lanes = count - row < kernels_lanes ? count - row : kernels_lanes;
    v16d variance = SPLAT_D(1.0);
    if (!table)
      for (size_t lane = 0; lane < lanes; lane++)
        variance[lane] = sigmas[row + lane] * sigmas[row + lane];
    if (lanes == kernels_lanes) {
      KERNEL(plane_panel)(m, table, variance, d, axes, x + row * d, (v16d_any *)logits,
                          denoised + row * d);
      continue;
    }
    float rows[MOST * kernels_lanes] = {0}, out[MOST * kernels_lanes];
    memcpy(rows, x + row * d, lanes * d * sizeof(float));
    KERNEL(plane_panel)(m, table, variance, d, axes, rows, (v16d_any *)logits, out);
    memcpy(denoised + row * d, out, lanes * d * sizeof(float));
  }
}

static void KERNEL(plane_denoise)(const kernels_mixture *m, const kernels_plane_table *table,
                                  int axes, const float *x, size_t count, const double *sigmas,
                                  double *logits, float *out) {
#define ROWS(d, axes) KERNEL(plane_rows)(m, table, d, axes, x, count, sigmas, logits, out)
  switch (2 * m->dimension + (axes != 0)) {
    case 2: case 3: ROWS(1, 1); break;
    case 4: ROWS(2, 0); break;
    case 5: ROWS(2, 1); break;
    case 6: ROWS(3, 0); break;
    case 7: ROWS(3, 1); break;
  }
#undef ROWS
}

INLINE void KERNEL(plane_fill)(const kernels_mixture *m, const int d, const int axes,
                               double sigma, double *exact, float *single) {
  const int square = axes ? d : d * d;
  v16d variance = SPLAT_D(sigma * sigma), l, whiten[MOST * MOST];
  v16f clean[MOST], gain[MOST * MOST];
  for (size_t k = 0; k < m->components; k++) {
    KERNEL(plane_weighing)(m, k, variance, d, axes, &l, whiten);
    KERNEL(plane_saying)(m, k, variance, d, axes, clean, gain);
    *exact++ = l[0];
    UNROLL for (int i = 0; i < square; i++) *exact++ = whiten[i][0];
    UNROLL for (int i = 0; i < d; i++) *single++ = clean[i][0];
    UNROLL for (int i = 0; i < square; i++) *single++ = gain[i][0];
  }
}

static void KERNEL(plane_table)(const kernels_mixture *m, int axes, double sigma, double *exact,
                                float *single) {
  switch (2 * m->dimension + (axes != 0)) {
    case 2: case 3: KERNEL(plane_fill)(m, 1, 1, sigma, exact, single); break;
    case 4: KERNEL(plane_fill)(m, 2, 0, sigma, exact, single); break;
    case 5: KERNEL(plane_fill)(m, 2, 1, sigma, exact, single); break;
    case 6: KERNEL(plane_fill)(m, 3, 0, sigma, exact, single); break;
    case 7: KERNEL(plane_fill)(m, 3, 1, sigma, exact, single); break;
  }
}
