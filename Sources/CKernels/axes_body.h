// Mixtures along the axes in many dimensions: a bound in Float32 rules components out, and those
// left are worked out as mixture_panel does, to the bit. Included after mixture_body.h.

#include "axes_bounds.h"

#include "axes_alone.h"

// The logits of component k at up to 16 rows, in lanes: the sums of mixture_panel.
INLINE v16d KERNEL(axes_logit)(const KERNEL(axes_task) * t, size_t k, const uint32_t *rows,
                               size_t count) {
  const kernels_mixture *m = t->a->mixture;
  size_t d = m->dimension, kd = m->components * d;
  const float *x[kernels_lanes];
  for (size_t lane = 0; lane < kernels_lanes; lane++)
    x[lane] = t->x + rows[lane < count ? lane : 0] * d;
  const double *mean = m->means + k * d, *precision = t->table + k * d;
  v16d square = {0}, rest = {0};
  for (size_t i = 0; i < d; i++) {
    v16f at;
    UNROLL for (int lane = 0; lane < kernels_lanes; lane++) at[lane] = x[lane][i];
    v16d gap = __builtin_convertvector(at, v16d) - mean[i];
    if (m->ranks[k]) square = MAD_D(gap * gap, SPLAT_D(precision[i]), square);
    else rest = MAD_D(gap, gap, rest);
  }
  if (!m->ranks[k]) square = MAD_D(rest, SPLAT_D(t->table[2 * kd + k]), square);
  double half_log = t->table[2 * kd + 2 * m->components + k];
  return m->log_weights[k] - SPLAT_D(half_log) - 0.5 * square;
}

// Logits of `count` pairs of a component (`owners`) and an open row (`at`, or the pair's own
// number).
static void KERNEL(axes_logits)(KERNEL(axes_task) * t, const uint32_t *owners, const uint32_t *at,
                                size_t count, double *logits) {
  size_t components = t->a->mixture->components;
  uint32_t before = 0, *ends = t->ends;
  memset(ends, 0, components * sizeof *ends);
  for (size_t n = 0; n < count; n++)
    if (owners[n] != UINT32_MAX) ends[owners[n]]++;
  for (size_t k = 0; k < components; k++) {
    uint32_t own = ends[k];
    ends[k] = before;
    before += own;
  }
  for (size_t n = 0; n < count; n++)
    if (owners[n] != UINT32_MAX) t->order[ends[owners[n]]++] = (uint32_t)n;
  for (size_t k = 0, n = 0; k < components; k++)
    while (n < ends[k]) {
      size_t group = ends[k] - n < kernels_lanes ? ends[k] - n : kernels_lanes;
      uint32_t rows[kernels_lanes];
      for (size_t lane = 0; lane < group; lane++) {
        uint32_t pair = t->order[n + lane];
        rows[lane] = t->open[at ? at[pair] : pair];
      }
      v16d found = KERNEL(axes_logit)(t, k, rows, group);
      for (size_t lane = 0; lane < group; lane++) logits[t->order[n + lane]] = found[lane];
      n += group;
    }
}

// The components beside the leader that may count at an open row, as pairs in rising order, with
// the leader among them; the rest is ruled out. False where they are too many for that to pay.
static int KERNEL(axes_pairs)(KERNEL(axes_task) * t, size_t row, uint32_t *pairs) {
  const kernels_axes *a = t->a;
  size_t slots = a->slots, most = axes_most(a);
  uint32_t leader = t->leaders[row], n = *pairs;
  double own = t->leading[row];
  // As in wide_body.h: what lies 50 below is below 1e-21 by far. Rounded down.
  float least = (float)(own - 50.0 - 1e-6 * fabs(own));
  if (!(own > -1e37 && own < 1e37)) return 0;
  const float *bounds = t->bounds + row * slots;
  for (size_t k = 0; k < slots; k += kernels_lanes) {
    v16i counts = *(const v16f_any *)(bounds + k) >= least;
    if (leader - k < kernels_lanes) counts[leader - k] = -1;
    if (!__builtin_reduce_or(counts)) continue;
    for (size_t lane = 0; lane < kernels_lanes; lane++) {
      if (!counts[lane]) continue;
      if (n - *pairs == most) return 0;
      t->owners[n] = (uint32_t)(k + lane);
      t->at[n++] = (uint32_t)row;
    }
  }
  *pairs = n;
  return 1;
}

// Weights in the place of logits; returns their sum, taken in order.
static double KERNEL(axes_weights)(double *weights, size_t count, double best) {
  double total = 0;
  for (size_t n = 0; n < count; n += kernels_lanes) {
    size_t group = count - n < kernels_lanes ? count - n : kernels_lanes;
    v16d below = SPLAT_D(-__builtin_inf());
    memcpy(&below, weights + n, group * sizeof(double));
    v16d weight = KERNEL(exp_d)(below - best);
    weight = (v16d)((v16l)weight & (v16l)(weight > 1e-21));
    memcpy(weights + n, &weight, group * sizeof(double));
    for (size_t lane = 0; lane < group; lane++) total += weights[n + lane];
  }
  return total;
}

// The denoiser at an open row from the logits of its pairs, as mixture_panel has it.
static void KERNEL(axes_mean)(KERNEL(axes_task) * t, size_t row, float *denoised) {
  const kernels_mixture *m = t->a->mixture;
  size_t d = m->dimension, kd = m->components * d;
  size_t first = t->starts[row], count = t->starts[row + 1] - first;
  double *weights = t->logits + first, best = weights[0], total = 0;
  for (size_t n = 1; n < count; n++) best = weights[n] > best ? weights[n] : best;
  // One alone has all the weight.
  if (count == 1) total = weights[0] = 1;
  else total = KERNEL(axes_weights)(weights, count, best);
  double inverse = 1.0 / total;
  const float *x = t->x + t->open[row] * d;
  float *out = denoised + t->open[row] * d;
  for (size_t i = 0; i < d; i += kernels_lanes) {
    size_t width = d - i < kernels_lanes ? d - i : kernels_lanes;
    v16f near = {0};
    if (width == kernels_lanes) near = *(const v16f_any *)(x + i);
    else memcpy(&near, x + i, width * sizeof(float));
    v16d at = __builtin_convertvector(near, v16d), sum = {0};
    for (size_t n = 0; n < count; n++) {
      size_t k = t->owners[first + n];
      double weight = weights[n] * inverse;
      if (weight == 0) continue;
      v16d gap = at - KERNEL(axes_load)(m->means + k * d + i, width);
      if (m->ranks[k]) gap = (KERNEL(axes_load)(t->table + kd + k * d + i, width) - 1.0) * gap;
      else gap = -(1.0 - SPLAT_D(t->table[2 * kd + m->components + k])) * gap;
      sum = MAD_D(SPLAT_D(weight), gap, sum);
    }
    v16f mean = __builtin_convertvector(at + sum, v16f);
    if (width == kernels_lanes) *(v16f_any *)(out + i) = mean;
    else memcpy(out + i, &mean, width * sizeof(float));
  }
}

// Rows where many components count, all of them in lanes.
static void KERNEL(axes_dense)(KERNEL(axes_task) * t, size_t count, float *denoised) {
  size_t d = t->a->mixture->dimension;
  for (size_t n = 0; n < count; n += kernels_lanes) {
    size_t group = count - n < kernels_lanes ? count - n : kernels_lanes;
    for (size_t r = 0; r < group; r++)
      memcpy(t->in + r * d, t->x + t->dense[n + r] * d, d * sizeof(float));
    KERNEL(mixture_evaluate)(t->a->mixture, t->in, group, 0, 0, t->table, t->work, t->out, 0, 0);
    for (size_t r = 0; r < group; r++)
      memcpy(denoised + t->dense[n + r] * d, t->out + r * d, d * sizeof(float));
  }
}

// Some rows; returns how many of them took the way of many components.
static size_t KERNEL(axes_block)(KERNEL(axes_task) * t, float *denoised) {
  size_t first = 0, open = 0, dense = 0;
  uint32_t pairs = 0;
  for (; first + TALL <= t->count; first += TALL)
    open = KERNEL(axes_rows)(t, first, TALL, open, denoised);
  for (; first < t->count; first++) open = KERNEL(axes_rows)(t, first, 1, open, denoised);
  KERNEL(axes_logits)(t, t->leaders, 0, open, t->leading);
  for (size_t row = 0; row < open; row++) {
    t->starts[row] = pairs;
    if (t->leaders[row] == UINT32_MAX || !KERNEL(axes_pairs)(t, row, &pairs))
      t->dense[dense++] = t->open[row];
  }
  t->starts[open] = pairs;
  // Leaders have their logits already.
  for (uint32_t n = 0; n < pairs; n++) {
    uint32_t own = t->at[n];
    t->logits[n] = t->leading[own];
    t->wanted[n] = t->owners[n] == t->leaders[own] ? UINT32_MAX : t->owners[n];
  }
  KERNEL(axes_logits)(t, t->wanted, t->at, pairs, t->logits);
  for (size_t row = 0; row < open; row++)
    if (t->starts[row] != t->starts[row + 1]) KERNEL(axes_mean)(t, row, denoised);
  KERNEL(axes_dense)(t, dense, denoised);
  return dense;
}

static void KERNEL(axes_denoise)(const kernels_axes *a, const float *x, size_t count,
                                 const double *table, const float *limits, double *scratch,
                                 float *denoised) {
  size_t d = a->mixture->dimension, rows = axes_rows(a), pairs = rows * axes_most(a);
  KERNEL(axes_task) t = {.a = a, .table = table, .limits = limits};
  t.work = scratch;
  t.leading = t.work + kernels_mixture_scratch(a->mixture);
  t.logits = t.leading + rows;
  t.bounds = (float *)(t.logits + pairs);
  t.y = t.bounds + rows * a->slots;
  t.products = t.y + 12 * d;
  t.in = t.products + 12 * a->slots;
  t.out = t.in + kernels_lanes * d;
  t.leaders = (uint32_t *)(t.out + kernels_lanes * d);
  t.open = t.leaders + rows;
  t.starts = t.open + rows;
  t.dense = t.starts + rows + 1;
  t.ends = t.dense + rows;
  t.owners = t.ends + a->mixture->components;
  t.at = t.owners + pairs;
  t.wanted = t.at + pairs;
  t.order = t.wanted + pairs;
  // Where all of the first rows have many components, so do the others, most likely.
  int is_dense = 0;
  for (size_t first = 0, size = 4 * kernels_lanes; first < count; first += t.count, size = rows) {
    t.x = x + first * d;
    t.count = count - first < size ? count - first : size;
    if (t.count > rows) t.count = rows;
    if (is_dense) {
      for (size_t row = 0; row < t.count; row++) t.dense[row] = (uint32_t)row;
      KERNEL(axes_dense)(&t, t.count, denoised + first * d);
    } else {
      is_dense = KERNEL(axes_block)(&t, denoised + first * d) == t.count && first == 0;
    }
  }
}

#undef LEAST
#undef ROUNDING
#undef TALL
