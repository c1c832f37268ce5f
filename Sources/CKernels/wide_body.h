#include "vector_math.h"

// Rows of a product whose sums stay in registers beside a line of 16 numbers.
#define TALL (REGISTERS >= 24 ? 12 : 2)
typedef int64_t KERNEL(v16s) __attribute__((vector_size(128)));

// out[r][lane] = sum over p of a[r][p] b[p][lane], each sum in the order of p.
INLINE void KERNEL(wide_tile)(const double *a, size_t a_row, const double *b, size_t b_row,
                              size_t inner, const int rows, double *out, size_t out_row) {
  v16d sum[12];
  UNROLL for (int r = 0; r < rows; r++) sum[r] = (v16d){0};
  for (size_t p = 0; p < inner; p++) {
    v16d line = *(const v16d_any *)(b + p * b_row);
    UNROLL for (int r = 0; r < rows; r++) sum[r] = MAD_D(SPLAT_D(a[r * a_row + p]), line, sum[r]);
  }
  UNROLL for (int r = 0; r < rows; r++) *(v16d_any *)(out + r * out_row) = sum[r];
}

static void KERNEL(wide_product)(const double *a, size_t rows, size_t a_row, const double *b,
                                 size_t b_row, size_t inner, double *out, size_t out_row) {
#define TILE(height)                                                                          \
  for (; r + (height) <= rows; r += (height))                                                 \
  KERNEL(wide_tile)(a + r * a_row, a_row, b, b_row, inner, height, out + r * out_row, out_row)
  size_t r = 0;
  if (TALL > 2) {
    TILE(12);
    TILE(6);
    TILE(3);
  }
  TILE(2);
  TILE(1);
#undef TILE
}

// Always in this order, whatever the width of the registers.
INLINE double KERNEL(wide_sum)(v16d v) {
  double half[8];
  for (int i = 0; i < 8; i++) half[i] = v[i] + v[i + 8];
  for (int i = 0; i < 4; i++) half[i] += half[i + 4];
  return (half[0] + half[2]) + (half[1] + half[3]);
}

// log w_k - log det(V_k + s)/2 of sixteen components, and 1/(their largest variance + s). The
// determinant is a product of mantissas and a sum of exponents: one logarithm for all.
INLINE void KERNEL(wide_constants)(const kernels_wide *w, size_t first, double s, double *constant,
                                   double *least) {
  size_t d = w->mixture->dimension;
  const v16d_any *spreads = (const v16d_any *)(w->spreads + first * d);
  KERNEL(v16s) exponents = {0};
  v16d product = SPLAT_D(1.0);
  for (size_t j = 0; j < d; j++) {
    v16l bits = (v16l)(spreads[j] + s);
    exponents += (KERNEL(v16s))(bits >> 52) - 1023;
    product *= (v16d)((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
    if (j % MANTISSAS != MANTISSAS - 1) continue;
    bits = (v16l)product;
    exponents += (KERNEL(v16s))(bits >> 52) - 1023;
    product = (v16d)((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
  }
  v16d log_det = MAD_D(__builtin_convertvector(exponents, v16d), SPLAT_D(0.69314718055994531),
                       KERNEL(log_d)(product));
  *(v16d_any *)constant = *(const v16d_any *)(w->log_weights + first) - 0.5 * log_det;
  *(v16d_any *)least = 1.0 / (*(const v16d_any *)(w->widest + first) + s);
}

// 1/(lambda_j + s) along the directions of component k.
INLINE void KERNEL(wide_precisions)(const kernels_wide *w, size_t k, double s, double *out) {
  for (size_t j = 0; j < w->padded; j += kernels_lanes)
    *(v16d_any *)(out + j) = 1.0 / (*(const v16d_any *)(w->lambdas + k * w->padded + j) + s);
}

static void KERNEL(wide_table)(const kernels_wide *w, double sigma, double *table) {
  double *constant = table, *least = constant + w->slots, *precisions = least + w->slots;
  for (size_t k = 0; k < w->slots; k += kernels_lanes)
    KERNEL(wide_constants)(w, k, sigma * sigma, constant + k, least + k);
  for (size_t k = 0; k < w->mixture->components; k++)
    KERNEL(wide_precisions)(w, k, sigma * sigma, precisions + k * w->padded);
}

// One task.
typedef struct {
  const kernels_wide *w;
  const float *x;
  size_t count;
  const double *sigmas, *table;
  double sigma;
  double *logits;                // rows x slots: bounds at first, then logits, then weights
  double *constants;             // rows x slots, where each row has its sigma
  double *coordinates;           // (rows + pairs) x padded
  double *sums;                  // rows x padded
  double *gaps, *along, *moves;  // GROUP x padded each
  double *least;                 // slots
  double *precisions;            // padded
  uint32_t *rows, *owners;       // pairs of a row and a component, as they are found
  uint32_t *leaders;             // rows: the component that seems nearest
  wide_list led, paired;         // rows by leader; pairs by component
} KERNEL(wide_task);

INLINE double KERNEL(wide_variance)(const KERNEL(wide_task) * t, size_t row) {
  double sigma = t->sigmas ? t->sigmas[row] : t->sigma;
  return sigma * sigma;
}

// An upper bound of every logit of up to TALL rows, and the component where it is largest:
// |W (x - m)|^2 is at least |x - m|^2 over the largest variance. One product serves all components.
static void KERNEL(wide_bounds)(KERNEL(wide_task) * t, size_t first, size_t count) {
  const kernels_wide *w = t->w;
  size_t d = w->mixture->dimension, slots = w->slots, components = w->mixture->components;
  double norms[TALL];
  for (size_t r = 0; r < count; r++) {
    double *wide = t->gaps + r * w->padded;
    v16d norm = {0};
    for (size_t i = 0; i < d; i++) wide[i] = t->x[(first + r) * d + i];
    for (size_t i = d; i < w->padded; i++) wide[i] = 0;
    for (size_t i = 0; i < w->padded; i += kernels_lanes) {
      v16d part = *(v16d_any *)(wide + i);
      norm = MAD_D(part, part, norm);
    }
    norms[r] = KERNEL(wide_sum)(norm);
  }
  // A component alone leads whatever its bound.
  for (size_t k = 0; k < slots && components > 1; k += kernels_lanes)
    KERNEL(wide_product)(t->gaps, count, w->padded, w->columns + k * d, kernels_lanes, d,
                         t->logits + first * slots + k, slots);
  // Products and norms: d terms, each rounded twice at most.
  double rounding = 0x1p-52 * (double)(d + 8);
  for (size_t r = 0; r < count; r++) {
    size_t row = first + r;
    double *logits = t->logits + row * slots, s = KERNEL(wide_variance)(t, row);
    const double *constants = t->table, *least = t->table + slots;
    if (!t->table) {
      constants = t->constants + row * slots;
      least = t->least;
    }
    v16d best = SPLAT_D(-INFINITY);
    KERNEL(v16s) at = {0};
    for (size_t k = 0; k < slots; k += kernels_lanes) {
      if (!t->table)
        KERNEL(wide_constants)(w, k, s, t->constants + row * slots + k, t->least + k);
      v16d size = norms[r] + *(const v16d_any *)(w->norms + k);
      v16d square = MAD_D(SPLAT_D(-2.0), *(v16d_any *)(logits + k), size);
      square = __builtin_elementwise_max(MAD_D(SPLAT_D(-rounding), size, square), SPLAT_D(0.0));
      // Directions may be orthonormal to a millionth only.
      v16d bound = *(const v16d_any *)(constants + k) -
                   (0.5 - 1e-5) * (*(const v16d_any *)(least + k) * square);
      *(v16d_any *)(logits + k) = bound;
      KERNEL(v16s) rises = (KERNEL(v16s))(bound > best);
      best = (v16d)(((v16l)bound & (v16l)rises) | ((v16l)best & ~(v16l)rises));
      at = (rises & (int64_t)k) | (~rises & at);
    }
    double top = -INFINITY;
    t->leaders[row] = 0;
    for (int lane = 0; lane < kernels_lanes; lane++)
      if (best[lane] > top && (size_t)(at[lane] + lane) < components) {
        top = best[lane];
        t->leaders[row] = (uint32_t)(at[lane] + lane);
      }
  }
}

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
