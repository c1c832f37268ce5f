#include "vector_math.h"

typedef int16_t v16h_any __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint8_t v16b_any __attribute__((vector_size(16), aligned(1), may_alias));

static double KERNEL(dot)(const double *a, const double *b, size_t d) {
  v16d sum = {0};
  size_t i = 0;
  for (; i + kernels_lanes <= d; i += kernels_lanes)
    sum = MAD_D(*(const v16d_any *)(a + i), *(const v16d_any *)(b + i), sum);
  double total = 0;
  for (; i < d; i++) total += a[i] * b[i];
  for (int lane = 0; lane < kernels_lanes; lane++) total += sum[lane];
  return total;
}

// Least squares by Cholesky's factors of the Gram matrix; returns the norm of what is left, taken
// directly, so that it holds whatever the weights are.
static double KERNEL(combination)(const double *const *anchors, const double *ridges,
                                  size_t count, const double *query, size_t d, double *weights) {
  double gram[kernels_most_anchors][kernels_most_anchors];
  for (size_t k = 0; k < count; k++) {
    for (size_t l = 0; l <= k; l++) {
      double sum = KERNEL(dot)(anchors[k], anchors[l], d) + (k == l ? ridges[k] : 0);
      for (size_t j = 0; j < l; j++) sum -= gram[k][j] * gram[l][j];
      gram[k][l] = k > l ? sum / gram[l][l] : sqrt(fmax(sum, 1e-14 * ridges[k] + 1e-300));
    }
    double sum = KERNEL(dot)(anchors[k], query, d);
    for (size_t j = 0; j < k; j++) sum -= gram[k][j] * weights[j];
    weights[k] = sum / gram[k][k];
  }
  for (size_t k = count; k-- > 0;) {
    for (size_t j = k + 1; j < count; j++) weights[k] -= gram[j][k] * weights[j];
    weights[k] /= gram[k][k];
  }
  double square = 0;
  for (size_t i = 0; i < d; i++) {
    double rest = query[i];
    for (size_t k = 0; k < count; k++) rest -= weights[k] * anchors[k][i];
    square += rest * rest;
  }
  return sqrt(square);
}

INLINE v16f KERNEL(decode)(const int16_t *high, const uint8_t *low, size_t i, const int fine) {
  v16i value = __builtin_convertvector(*(const v16h_any *)(high + i), v16i) * 256;
  if (fine) value |= __builtin_convertvector(*(const v16b_any *)(low + i), v16i);
  else value += 128;
  return __builtin_convertvector(value, v16f);
}

// x . x_i - |x_i|^2 / 2 of sixteen data rows from i on, at x and its shifts.
INLINE void KERNEL(logits)(const kernels_row *row, size_t i, const int fine, const int stored,
                           const int shifts, v16f *out) {
  v16f value = -*(const v16f_any *)(row->half_norms + i);
  if (fine)
    value = MAD(SPLAT(row->weights[0]), KERNEL(decode)(row->anchors[0], row->low, i, 1), value);
  else
    for (size_t k = 0; k < row->anchor_count; k++)
      value = MAD(SPLAT(row->weights[k]), KERNEL(decode)(row->anchors[k], 0, i, 0), value);
  if (!stored) {
    out[0] = value;
    return;
  }
  // The shifts of a sample sum to zero: the last one's products follow from the others'.
  v16f last = value;
  for (int m = 0; m < stored; m++) {
    size_t plane = (size_t)m * row->stride;
    v16f shift = row->shift_weights[m] *
                 KERNEL(decode)(row->shift_high + plane, row->shift_low + plane, i, fine);
    out[m] = value + shift;
    last -= shift;
  }
  if (shifts > stored) out[stored] = last;
}

INLINE v16f KERNEL(bound)(const kernels_row *row, size_t i) {
  return MAD(SPLAT(row->residual), *(const v16f_any *)(row->norms + i), SPLAT(row->error));
}

// Calls `name` with the shape of the row as constants where it is a usual one.
#define BY_SHAPE(name, row, ...)                                                        \
  do {                                                                                  \
    int fine_ = (row)->low != 0, stored_ = (int)(row)->stored_count;                    \
    int shifts_ = (int)(row)->shift_count;                                              \
    if (fine_ && stored_ == 0) name(row, 1, 0, 1, __VA_ARGS__);                         \
    else if (fine_ && stored_ == 3 && shifts_ == 4) name(row, 1, 3, 4, __VA_ARGS__);    \
    else if (fine_) name(row, 1, stored_, shifts_, __VA_ARGS__);                        \
    else if (stored_ == 0) name(row, 0, 0, 1, __VA_ARGS__);                             \
    else if (stored_ == 3 && shifts_ == 4) name(row, 0, 3, 4, __VA_ARGS__);             \
    else name(row, 0, stored_, shifts_, __VA_ARGS__);                                   \
  } while (0)

INLINE void KERNEL(best_of)(const kernels_row *row, const int fine, const int stored,
                            const int shifts, float *best, int32_t *leaders) {
  v16f top[kernels_most_shifts], value[kernels_most_shifts];
  v16i at[kernels_most_shifts];
  for (int m = 0; m < shifts; m++) {
    top[m] = SPLAT(-INFINITY);
    at[m] = (v16i){0};
  }
  for (size_t i = 0; i < row->count; i += kernels_lanes) {
    KERNEL(logits)(row, i, fine, stored, shifts, value);
    v16f bound = KERNEL(bound)(row, i);
    for (int m = 0; m < shifts; m++) {
      v16f lower = value[m] - bound;
      v16i rises = lower > top[m];
      top[m] = __builtin_elementwise_max(top[m], lower);
      at[m] = (rises & (int32_t)i) | (~rises & at[m]);
    }
  }
  for (int m = 0; m < shifts; m++) {
    best[m] = __builtin_reduce_max(top[m]);
    leaders[m] = 0;
    for (int lane = kernels_lanes - 1; lane >= 0; lane--)
      if (top[m][lane] == best[m] && at[m][lane] + (size_t)lane < row->count)
        leaders[m] = at[m][lane] + lane;
  }
}

static void KERNEL(row_best)(const kernels_row *row, float *best, int32_t *leaders) {
  BY_SHAPE(KERNEL(best_of), row, best, leaders);
}

// The least of the `wanted` largest lower bounds; `values` holds them in falling order, `leaders`
// the rows they belong to.
static float KERNEL(row_least_of_best)(const kernels_row *row, size_t wanted, float *values,
                                       int32_t *leaders) {
  size_t found = 0;
  float least = -INFINITY;
  int fine = row->low != 0;
  for (size_t i = 0; i < row->count; i += kernels_lanes) {
    v16f value;
    if (fine) KERNEL(logits)(row, i, 1, 0, 1, &value);
    else KERNEL(logits)(row, i, 0, 0, 1, &value);
    value -= KERNEL(bound)(row, i);
    v16i beats = value > least;
    if (!__builtin_reduce_or(beats)) continue;
    for (int lane = 0; lane < kernels_lanes && i + lane < row->count; lane++) {
      if (!(value[lane] > least)) continue;
      size_t at = found < wanted ? found++ : wanted - 1;
      for (; at > 0 && value[lane] > values[at - 1]; at--) {
        values[at] = values[at - 1];
        leaders[at] = leaders[at - 1];
      }
      values[at] = value[lane];
      leaders[at] = (int32_t)(i + lane);
      if (found == wanted) least = values[wanted - 1];
    }
  }
  return least;
}

INLINE void KERNEL(list_of)(const kernels_row *row, const int fine, const int stored,
                            const int shifts, const float *thresholds, size_t capacity,
                            int32_t *list, size_t *count) {
  v16f value[kernels_most_shifts];
  size_t found = 0;
  for (size_t i = 0; i < row->count; i += kernels_lanes) {
    KERNEL(logits)(row, i, fine, stored, shifts, value);
    v16f bound = KERNEL(bound)(row, i);
    v16i counts = {0};
    for (int m = 0; m < shifts; m++) counts |= value[m] + bound >= thresholds[m];
    if (!__builtin_reduce_or(counts)) continue;
    for (int lane = 0; lane < kernels_lanes && i + lane < row->count; lane++) {
      if (!counts[lane]) continue;
      if (found == capacity) {
        *count = capacity + 1;
        return;
      }
      list[found++] = (int32_t)(i + lane);
    }
  }
  *count = found;
}

static size_t KERNEL(row_list)(const kernels_row *row, const float *thresholds, size_t capacity,
                               int32_t *list) {
  size_t count = 0;
  BY_SHAPE(KERNEL(list_of), row, thresholds, capacity, list, &count);
  return count;
}

INLINE v16f KERNEL(weight)(v16f value, float best, float threshold, float precision) {
  v16i counts = value >= threshold;
  if (!__builtin_reduce_or(counts)) return (v16f){0};
  return (v16f)((v16i)KERNEL(exp)((value - best) * precision) & counts);
}

INLINE void KERNEL(sums_of)(const kernels_row *row, const int fine, const int stored,
                            const int shifts, float precision, const float *best,
                            const float *thresholds, double *sums, double *norms) {
  for (int m = 0; m < shifts; m++) sums[m] = norms[m] = 0;
  for (size_t start = 0; start < row->count; start += 4 * kernels_block_rows) {
    size_t end = start + 4 * kernels_block_rows;
    if (end > row->count) end = row->count;
    v16f sum[kernels_most_shifts], norm[kernels_most_shifts], value[kernels_most_shifts];
    for (int m = 0; m < shifts; m++) sum[m] = norm[m] = (v16f){0};
    for (size_t i = start; i < end; i += kernels_lanes) {
      KERNEL(logits)(row, i, fine, stored, shifts, value);
      v16f half_norms = *(const v16f_any *)(row->half_norms + i);
      for (int m = 0; m < shifts; m++) {
        v16f weight = KERNEL(weight)(value[m], best[m], thresholds[m], precision);
        sum[m] += weight;
        norm[m] = MAD(weight, half_norms, norm[m]);
      }
    }
    for (int m = 0; m < shifts; m++)
      for (int lane = 0; lane < kernels_lanes; lane++) {
        sums[m] += sum[m][lane];
        norms[m] += norm[m][lane];
      }
  }
}

static void KERNEL(row_sums)(const kernels_row *row, float precision, const float *best,
                             const float *thresholds, double *sums, double *norms) {
  BY_SHAPE(KERNEL(sums_of), row, precision, best, thresholds, sums, norms);
}

INLINE void KERNEL(weights_of)(const kernels_row *row, const int fine, const int stored,
                               const int shifts, size_t first, size_t last, float precision,
                               const float *best, const float *thresholds, const float *factors,
                               float *weights) {
  v16f value[kernels_most_shifts];
  for (size_t i = first; i < last; i += kernels_lanes) {
    KERNEL(logits)(row, i, fine, stored, shifts, value);
    v16f total = {0};
    for (int m = 0; m < shifts; m++)
      total = MAD(KERNEL(weight)(value[m], best[m], thresholds[m], precision),
                  SPLAT(factors[m]), total);
    *(v16f_any *)(weights + (i - first)) = total;
  }
}

static void KERNEL(row_weights)(const kernels_row *row, size_t first, size_t last,
                                float precision, const float *best, const float *thresholds,
                                const float *factors, float *weights) {
  BY_SHAPE(KERNEL(weights_of), row, first, last, precision, best, thresholds, factors, weights);
}
