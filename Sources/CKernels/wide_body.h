#include "vector_math.h"
#include "wide_bounds.h"

// The logits of component k at some rows; leaves the coordinates of x - m along its directions.
static void KERNEL(wide_logits)(KERNEL(wide_task) * t, size_t k, const wide_list *list) {
  size_t begin = k ? list->ends[k - 1] : 0, count = list->ends[k] - begin;
  const uint32_t *rows = list->rows + begin, *places = list->places + begin;
  const kernels_wide *w = t->w;
  const kernels_mixture *m = w->mixture;
  size_t d = m->dimension, padded = w->padded, rank = m->ranks[k];
  size_t wide = (rank + kernels_lanes - 1) / kernels_lanes * kernels_lanes;
  int turned = m->bases[k] >= 0;
  for (size_t start = 0; start < count; start += GROUP) {
    size_t group = count - start < GROUP ? count - start : GROUP;
    for (size_t r = 0; r < group; r++) {
      const float *x = t->x + rows[start + r] * d;
      const double *mean = m->means + k * d;
      double *gap = t->gaps + r * padded;
      for (size_t i = 0; i < d; i++) gap[i] = x[i] - mean[i];
      for (size_t i = d; i < padded; i++) gap[i] = 0;
    }
    if (turned)
      for (size_t j = 0; j < wide; j += kernels_lanes)
        KERNEL(wide_product)(t->gaps, group, padded, w->turned + w->offsets[k] + j * d,
                             kernels_lanes, d, t->along + j, padded);
    if (turned && rank < d)
      for (size_t i = 0; i < d; i += kernels_lanes)
        KERNEL(wide_product)(t->along, group, padded, m->basis_values + m->bases[k] + i, d, rank,
                             t->moves + i, padded);
    for (size_t r = 0; r < group; r++) {
      // Past the last coordinate a product holds numbers of the next direction.
      for (size_t i = d; i < padded; i++) t->moves[r * padded + i] = 0;
      size_t row = rows[start + r];
      double *place = t->coordinates + places[start + r] * padded;
      const double *source = (turned ? t->along : t->gaps) + r * padded;
      const double *precisions = t->precisions;
      double s = KERNEL(wide_variance)(t, row);
      if (t->table) precisions = t->table + 2 * w->slots + k * padded;
      else KERNEL(wide_precisions)(w, k, s, t->precisions);
      v16d square = {0};
      if (rank)
        for (size_t j = 0; j < (turned ? wide : padded); j += kernels_lanes) {
          v16d y = *(const v16d_any *)(source + j);
          *(v16d_any *)(place + j) = y;
          square = MAD_D(y * y, *(const v16d_any *)(precisions + j), square);
        }
      double total = KERNEL(wide_sum)(square);
      if (rank < d) {
        v16d rest = {0};
        for (size_t i = 0; i < padded; i += kernels_lanes) {
          v16d gap = *(v16d_any *)(t->gaps + r * padded + i);
          if (turned) gap -= *(v16d_any *)(t->moves + r * padded + i);
          rest = MAD_D(gap, gap, rest);
        }
        total += KERNEL(wide_sum)(rest) / (m->rests[k] + s);
      }
      double constant = t->table ? t->table[k] : t->constants[row * w->slots + k];
      t->logits[row * w->slots + k] = constant - 0.5 * total;
    }
  }
}

// sums += r_k (D_k - x) at the rows from `first` to `last` for which component k counts.
static void KERNEL(wide_moves)(KERNEL(wide_task) * t, size_t k, const wide_list *list,
                               size_t first, size_t last) {
  size_t begin = k ? list->ends[k - 1] : 0, count = list->ends[k] - begin;
  const uint32_t *rows = list->rows + begin, *places = list->places + begin;
  const kernels_wide *w = t->w;
  const kernels_mixture *m = w->mixture;
  size_t d = m->dimension, padded = w->padded, rank = m->ranks[k];
  int turned = m->bases[k] >= 0;
  uint32_t kept[GROUP];
  for (size_t start = 0; start < count;) {
    size_t group = 0;
    for (; start < count && group < GROUP; start++) {
      size_t row = rows[start];
      if (row < first || row >= last) continue;
      double weight = t->logits[row * w->slots + k], s = KERNEL(wide_variance)(t, row);
      if (!(weight > 0)) continue;
      // D_k - x = -s/(rest + s) (off the basis) - B^T s/(lambda + s) (along it).
      double *sum = t->sums + row * padded;
      double off = rank < d ? weight * (s / (m->rests[k] + s)) : 0;
      if (rank < d)
        for (size_t i = 0; i < d; i++)
          sum[i] -= off * (t->x[row * d + i] - m->means[k * d + i]);
      if (!rank) continue;
      const double *precisions = t->precisions;
      if (t->table) precisions = t->table + 2 * w->slots + k * padded;
      else KERNEL(wide_precisions)(w, k, s, t->precisions);
      const double *place = t->coordinates + places[start] * padded;
      v16d_any *to = (v16d_any *)(turned ? t->moves + group * padded : sum);
      double share = weight * s;
      for (size_t j = 0; j < rank; j += kernels_lanes, to++) {
        v16d move = (off - share * *(const v16d_any *)(precisions + j)) * *(v16d_any *)(place + j);
        *to = turned ? move : *to + move;
      }
      if (turned) kept[group++] = (uint32_t)row;
    }
    for (size_t i = 0; group && i < d; i += kernels_lanes)
      KERNEL(wide_product)(t->moves, group, padded, m->basis_values + m->bases[k] + i, d, rank,
                           t->along + i, padded);
    for (size_t r = 0; r < group; r++)
      for (size_t i = 0; i < padded; i += kernels_lanes)
        *(v16d_any *)(t->sums + kept[r] * padded + i) +=
            *(v16d_any *)(t->along + r * padded + i);
  }
}

// Responsibilities in the place of logits; those below 1e-21 change no digit and become zero.
// False where there are none, as at a row that is not finite.
static int KERNEL(wide_weights)(KERNEL(wide_task) * t, size_t row) {
  size_t slots = t->w->slots;
  double *logits = t->logits + row * slots, top = -INFINITY;
  v16d best = SPLAT_D(-INFINITY), total = {0};
  for (size_t k = 0; k < slots; k += kernels_lanes)
    best = __builtin_elementwise_max(best, *(v16d_any *)(logits + k));
  for (int lane = 0; lane < kernels_lanes; lane++) top = best[lane] > top ? best[lane] : top;
  for (size_t k = 0; k < slots; k += kernels_lanes) {
    v16d below = *(v16d_any *)(logits + k) - top, weight = {0};
    v16l counts = (v16l)(below > NEGLIGIBLE);
    if (__builtin_reduce_or(counts)) weight = (v16d)((v16l)KERNEL(exp_d)(below) & counts);
    *(v16d_any *)(logits + k) = weight;
    total += weight;
  }
  double sum = KERNEL(wide_sum)(total), inverse = 1 / sum;
  for (size_t k = 0; k < slots; k += kernels_lanes) *(v16d_any *)(logits + k) *= inverse;
  return sum > 0;
}

// The components other than the leader that may count at a row, as pairs; the rest is ruled out.
// Returns how many pairs there are then.
static size_t KERNEL(wide_pairs)(KERNEL(wide_task) * t, size_t row, size_t pairs) {
  size_t slots = t->w->slots, components = t->w->mixture->components, leader = t->leaders[row];
  double *logits = t->logits + row * slots, own = logits[leader], least = own + OUT_OF_REACH;
  logits[leader] = -INFINITY;
  for (size_t k = 0; k < slots; k += kernels_lanes) {
    v16l counts = (v16l)(*(v16d_any *)(logits + k) >= least);
    if (__builtin_reduce_or(counts))
      for (size_t n = k; n < k + kernels_lanes && n < components; n++) {
        if (!counts[n - k]) continue;
        t->rows[pairs] = (uint32_t)row;
        t->owners[pairs++] = (uint32_t)n;
      }
    // Those that remain get their logits later.
    *(v16d_any *)(logits + k) = SPLAT_D(-INFINITY);
  }
  logits[leader] = own;
  return pairs;
}

static void KERNEL(wide_denoise)(KERNEL(wide_task) * t, float *denoised) {
  const kernels_wide *w = t->w;
  size_t d = w->mixture->dimension, components = w->mixture->components;
  for (size_t row = 0; row < t->count; row += TALL)
    KERNEL(wide_bounds)(t, row, t->count - row < TALL ? t->count - row : TALL);
  wide_sort(&t->led, components, t->leaders, 0, t->count, 0);
  for (size_t k = 0; k < components; k++) KERNEL(wide_logits)(t, k, &t->led);
  for (size_t first = 0, last = 0; first < t->count; first = last) {
    size_t pairs = 0;
    for (; last < t->count && pairs + components <= wide_pairs(w); last++)
      pairs = KERNEL(wide_pairs)(t, last, pairs);
    wide_sort(&t->paired, components, t->owners, t->rows, pairs, (uint32_t)wide_rows(w));
    for (size_t k = 0; k < components; k++) KERNEL(wide_logits)(t, k, &t->paired);
    for (size_t row = first; row < last; row++) {
      double start = KERNEL(wide_weights)(t, row) ? 0 : NAN;
      for (size_t i = 0; i < w->padded; i++) t->sums[row * w->padded + i] = start;
    }
    for (size_t k = 0; k < components; k++) {
      KERNEL(wide_moves)(t, k, &t->led, first, last);
      KERNEL(wide_moves)(t, k, &t->paired, first, last);
    }
    for (size_t row = first; row < last; row++)
      for (size_t i = 0; i < d; i++)
        denoised[row * d + i] = (float)(t->x[row * d + i] + t->sums[row * w->padded + i]);
  }
}

static void KERNEL(wide_evaluate)(const kernels_wide *w, const float *x, size_t count,
                                  const double *sigmas, double sigma, const double *table,
                                  double *scratch, float *denoised) {
  size_t rows = wide_rows(w), pairs = wide_pairs(w), padded = w->padded;
  KERNEL(wide_task) t = {.w = w, .x = x, .count = count, .sigmas = sigmas, .sigma = sigma,
                         .table = table};
  t.logits = scratch;
  t.constants = t.logits + rows * w->slots;
  t.coordinates = t.constants + rows * w->slots;
  t.sums = t.coordinates + (rows + pairs) * padded;
  t.gaps = t.sums + rows * padded;
  t.along = t.gaps + GROUP * padded;
  t.moves = t.along + GROUP * padded;
  t.least = t.moves + GROUP * padded;
  t.precisions = t.least + w->slots;
  uint32_t *integers = (uint32_t *)(t.precisions + padded);
  t.rows = integers;
  t.owners = t.rows + pairs;
  t.leaders = t.owners + pairs;
  t.led = (wide_list){.rows = t.leaders + rows, .places = t.leaders + 2 * rows,
                      .ends = t.leaders + 3 * rows};
  t.paired.rows = t.led.ends + w->mixture->components;
  t.paired.places = t.paired.rows + pairs;
  t.paired.ends = t.paired.places + pairs;
  KERNEL(wide_denoise)(&t, denoised);
}

#undef TALL
