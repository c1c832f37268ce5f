#include "vector_math.h"

// A table entry: the same for all rows, or one a row.
#define ENTRY(index) (uniform ? SPLAT_D(table[index]) : ((const v16d_any *)table)[index])

// One sigma a row: every entry of the table for the 16 rows of a panel.
static void KERNEL(mixture_row_table)(const kernels_mixture *m, v16d variance, v16d_any *table) {
  size_t d = m->dimension, k_count = m->components;
  v16d_any *precision = table, *gain = table + k_count * d;
  v16d_any *rest_precision = gain + k_count * d, *rest_gain = rest_precision + k_count;
  v16d_any *half_log = rest_gain + k_count;
  for (size_t k = 0; k < k_count; k++) {
    v16d log_sum = {0};
    for (size_t j = 0; j < m->ranks[k]; j++) {
      double lambda = m->variances[k * d + j];
      v16d total = lambda + variance;
      precision[k * d + j] = 1.0 / total;
      gain[k * d + j] = lambda / total;
      log_sum += KERNEL(log_d)(total);
    }
    v16d total = m->rests[k] + variance;
    rest_precision[k] = 1.0 / total;
    rest_gain[k] = m->rests[k] / total;
    log_sum += (double)(d - m->ranks[k]) * KERNEL(log_d)(total);
    half_log[k] = 0.5 * log_sum;
  }
}

static void KERNEL(mixture_table)(const kernels_mixture *m, double sigma, double *table) {
  size_t d = m->dimension, k_count = m->components;
  double variance = sigma * sigma;
  double *precision = table, *gain = table + k_count * d;
  double *rest_precision = gain + k_count * d, *rest_gain = rest_precision + k_count;
  double *half_log = rest_gain + k_count;
  for (size_t k = 0; k < k_count; k++) {
    double log_sum = 0;
    for (size_t j = 0; j < m->ranks[k]; j += kernels_lanes) {
      size_t n = m->ranks[k] - j < kernels_lanes ? m->ranks[k] - j : kernels_lanes;
      v16d lambda = {0};
      memcpy(&lambda, m->variances + k * d + j, n * sizeof(double));
      v16d total = lambda + variance, inverse = 1.0 / total, ratio = lambda / total;
      v16d log_total = KERNEL(log_d)(total);
      memcpy(precision + k * d + j, &inverse, n * sizeof(double));
      memcpy(gain + k * d + j, &ratio, n * sizeof(double));
      for (size_t i = 0; i < n; i++) log_sum += log_total[i];
    }
    double total = m->rests[k] + variance;
    rest_precision[k] = 1.0 / total;
    rest_gain[k] = m->rests[k] / total;
    log_sum += (double)(d - m->ranks[k]) * KERNEL(log_d)(SPLAT_D(total))[0];
    half_log[k] = 0.5 * log_sum;
  }
}

// y = B delta, four rows of B at a time.
INLINE void KERNEL(project)(const double *basis, size_t rank, size_t d, const v16d_any *delta,
                            v16d_any *y) {
  size_t j = 0;
  for (; j + 4 <= rank; j += 4) {
    const double *b = basis + j * d;
    v16d y0 = {0}, y1 = {0}, y2 = {0}, y3 = {0};
    for (size_t i = 0; i < d; i++) {
      v16d x = delta[i];
      y0 = MAD_D(SPLAT_D(b[i]), x, y0);
      y1 = MAD_D(SPLAT_D(b[i + d]), x, y1);
      y2 = MAD_D(SPLAT_D(b[i + 2 * d]), x, y2);
      y3 = MAD_D(SPLAT_D(b[i + 3 * d]), x, y3);
    }
    y[j] = y0, y[j + 1] = y1, y[j + 2] = y2, y[j + 3] = y3;
  }
  for (; j < rank; j++) {
    v16d y0 = {0};
    for (size_t i = 0; i < d; i++) y0 = MAD_D(SPLAT_D(basis[j * d + i]), delta[i], y0);
    y[j] = y0;
  }
}

// out += scale * B^T y, four coordinates at a time.
INLINE void KERNEL(expand)(const double *basis, size_t rank, size_t d, const v16d_any *y,
                           v16d scale, v16d_any *out) {
  size_t i = 0;
  for (; i + 4 <= d; i += 4) {
    v16d s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t j = 0; j < rank; j++) {
      const double *b = basis + j * d + i;
      v16d v = y[j];
      s0 = MAD_D(SPLAT_D(b[0]), v, s0);
      s1 = MAD_D(SPLAT_D(b[1]), v, s1);
      s2 = MAD_D(SPLAT_D(b[2]), v, s2);
      s3 = MAD_D(SPLAT_D(b[3]), v, s3);
    }
    out[i] = MAD_D(scale, s0, out[i]);
    out[i + 1] = MAD_D(scale, s1, out[i + 1]);
    out[i + 2] = MAD_D(scale, s2, out[i + 2]);
    out[i + 3] = MAD_D(scale, s3, out[i + 3]);
  }
  for (; i < d; i++) {
    v16d s = {0};
    for (size_t j = 0; j < rank; j++) s = MAD_D(SPLAT_D(basis[j * d + i]), y[j], s);
    out[i] = MAD_D(scale, s, out[i]);
  }
}

// delta = x - mean and, off the axes, y = B delta and delta -= B^T y.
INLINE void KERNEL(decompose)(const kernels_mixture *m, size_t k, const v16d_any *x,
                              v16d_any *delta, v16d_any *y) {
  size_t d = m->dimension, rank = m->ranks[k];
  for (size_t i = 0; i < d; i++) delta[i] = x[i] - m->means[k * d + i];
  if (m->bases[k] < 0) return;
  const double *basis = m->basis_values + m->bases[k];
  KERNEL(project)(basis, rank, d, delta, y);
  if (rank < d) KERNEL(expand)(basis, rank, d, y, SPLAT_D(-1.0), delta);
}

// log w_k - log N(x; mean, V + sigma^2 I), without the (2 pi)^(d/2).
INLINE v16d KERNEL(logit)(const kernels_mixture *m, size_t k, const double *table, int uniform,
                          const v16d_any *x, v16d_any *delta, v16d_any *y) {
  size_t d = m->dimension, rank = m->ranks[k], kd = m->components * d;
  const v16d_any *coordinates = m->bases[k] < 0 ? delta : y;
  KERNEL(decompose)(m, k, x, delta, y);
  v16d square = {0};
  for (size_t j = 0; j < rank; j++)
    square = MAD_D(coordinates[j] * coordinates[j], ENTRY(k * d + j), square);
  if (rank < d) {
    v16d rest = {0};
    for (size_t i = 0; i < d; i++) rest = MAD_D(delta[i], delta[i], rest);
    square = MAD_D(rest, ENTRY(2 * kd + k), square);
  }
  v16d half_log = ENTRY(2 * kd + 2 * m->components + k);
  return m->log_weights[k] - half_log - 0.5 * square;
}

// Sixteen rows: responsibilities first, then the means of the components that matter.
INLINE void KERNEL(mixture_panel)(const kernels_mixture *m, const double *table, int uniform,
                                  v16d variance, v16d_any *work, int means, v16d *log_density,
                                  v16d *trace) {
  size_t d = m->dimension, kd = m->components * d;
  v16d_any *x = work, *delta = x + d, *y = delta + d, *sum = y + d, *logits = sum + d;
  v16d best = SPLAT_D(-__builtin_inf());
  for (size_t k = 0; k < m->components; k++) {
    logits[k] = KERNEL(logit)(m, k, table, uniform, x, delta, y);
    best = __builtin_elementwise_max(best, logits[k]);
  }
  v16d total = {0};
  for (size_t k = 0; k < m->components; k++) {
    v16d weight = KERNEL(exp_d)(logits[k] - best);
    // Below 1e-21 a component changes no digit of a Double sum; exact zeros let it be skipped
    // whatever the other rows of the panel need.
    weight = (v16d)((v16l)weight & (v16l)(weight > 1e-21));
    logits[k] = weight;
    total += weight;
  }
  if (log_density)
    *log_density = best + KERNEL(log_d)(total) - 0.91893853320467274178 * (double)d;
  if (!means && !trace) return;
  v16d inverse = 1.0 / total, so_far = {0}, trace_sum = {0}, spread = {0};
  for (size_t i = 0; i < d; i++) sum[i] = (v16d){0};
  for (size_t k = 0; k < m->components; k++) {
    if (__builtin_reduce_max(logits[k]) == 0) continue;
    v16d weight = logits[k] * inverse;
    size_t rank = m->ranks[k];
    // D_k - x = -(delta off the basis) (1 - rest gain) - B^T (1 - gain) y.
    KERNEL(decompose)(m, k, x, delta, y);
    v16d rest_loss = 1.0 - ENTRY(2 * kd + m->components + k);
    v16d component_trace = (double)(d - rank) * (1.0 - rest_loss);
    v16d_any *coordinates = m->bases[k] < 0 ? delta : y;
    for (size_t j = 0; j < rank; j++) {
      v16d gain = ENTRY(kd + k * d + j);
      component_trace += gain;
      coordinates[j] = (gain - 1.0) * coordinates[j];
    }
    if (rank < d)
      for (size_t i = 0; i < d; i++) delta[i] = -rest_loss * delta[i];
    else if (m->bases[k] >= 0)
      for (size_t i = 0; i < d; i++) delta[i] = (v16d){0};
    if (m->bases[k] >= 0)
      KERNEL(expand)(m->basis_values + m->bases[k], rank, d, y, SPLAT_D(1.0), delta);
    if (!trace) {
      for (size_t i = 0; i < d; i++) sum[i] = MAD_D(weight, delta[i], sum[i]);
      continue;
    }
    // The mean and the spread about it as they grow, component by component: a difference of
    // squares would lose the spread far from the data. Nothing has come yet where the sum is zero.
    v16d before = so_far, square = {0};
    so_far += weight;
    v16d share = (v16d)((v16l)(weight / so_far) & (v16l)(so_far > 0.0));
    for (size_t i = 0; i < d; i++) {
      v16d gap = delta[i] - sum[i];
      sum[i] = MAD_D(share, gap, sum[i]);
      square = MAD_D(gap, gap, square);
    }
    trace_sum = MAD_D(weight, component_trace, trace_sum);
    spread = MAD_D(share * before, square, spread);
  }
  // tr J = E[tr J_k] + tr Cov[D_k] / sigma^2.
  if (trace) *trace = trace_sum + spread / variance;
  for (size_t i = 0; i < d; i++) sum[i] = x[i] + sum[i];
}

static void KERNEL(mixture_evaluate)(const kernels_mixture *m, const float *x, size_t count,
                                     const double *sigmas, double sigma, const double *table,
                                     double *scratch, float *denoised, double *log_density,
                                     double *trace) {
  size_t d = m->dimension;
  v16d_any *work = (v16d_any *)scratch, *sum = work + 3 * d;
  v16d_any *row_table = work + 4 * d + m->components;
  for (size_t first = 0; first < count; first += kernels_lanes) {
    size_t lanes = count - first < kernels_lanes ? count - first : kernels_lanes;
    v16d variance = SPLAT_D(sigma * sigma);
    for (size_t lane = 0; lane < kernels_lanes; lane++) {
      size_t row = first + (lane < lanes ? lane : 0);  // Lanes past the end repeat the first row.
      for (size_t i = 0; i < d; i++) ((double *)(work + i))[lane] = x[row * d + i];
      if (sigmas) variance[lane] = sigmas[row] * sigmas[row];
    }
    v16d density = {0}, divergence = {0};
    v16d *density_out = log_density ? &density : 0, *divergence_out = trace ? &divergence : 0;
    if (table) {
      KERNEL(mixture_panel)(m, table, 1, variance, work, denoised != 0, density_out,
                            divergence_out);
    } else {
      KERNEL(mixture_row_table)(m, variance, row_table);
      KERNEL(mixture_panel)(m, (const double *)row_table, 0, variance, work, denoised != 0,
                            density_out, divergence_out);
    }
    for (size_t lane = 0; lane < lanes; lane++) {
      if (log_density) log_density[first + lane] = density[lane];
      if (trace) trace[first + lane] = divergence[lane];
      if (denoised)
        for (size_t i = 0; i < d; i++)
          denoised[(first + lane) * d + i] = (float)((double *)(sum + i))[lane];
    }
  }
}

#include "axes_body.h"
