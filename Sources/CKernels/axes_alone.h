// Rows where bounds leave one component, which has all the weight. Included by axes_body.h.

// The component whose bound is largest; UINT32_MAX where numbers leave Float32's range. `alone`:
// whether no other counts, for its logit is at least that over the smallest variance of a square
// that rounding made larger.
INLINE uint32_t KERNEL(axes_leader)(const KERNEL(axes_task) * t, const KERNEL(axes_top) * top,
                                    const float *products, float norm, int *alone) {
  const kernels_axes *a = t->a;
  size_t d = a->mixture->dimension, slots = a->slots;
  const float *lowest = t->limits + 2 * slots;
  v16i leads = top->best == KERNEL(axes_largest)(top->best);
  uint32_t leader = (uint32_t)__builtin_reduce_min((leads & top->place) | (~leads & INT32_MAX));
  *alone = 0;
  if (!(norm + a->largest < 1e36f)) return UINT32_MAX;
  v16i own = top->place == (int32_t)leader;
  float second = KERNEL(axes_largest)((v16f)((own & (v16i)top->next) | (~own & (v16i)top->best)));
  float size = norm + a->norms[leader];
  float square = size - 2.0f * products[leader] + ROUNDING(d) * size + LEAST(d);
  float logit = lowest[leader] - lowest[slots + leader] * square;
  // As in axes_pairs.
  *alone = (logit > -1e37f) & (second < logit - 50.0f - 1e-6f * fabsf(logit));
  return leader;
}

// Sixteen numbers, or as many as there are.
INLINE v16d KERNEL(axes_load)(const double *from, size_t width) {
  if (width >= kernels_lanes) return *(const v16d_any *)from;
  v16d value = {0};
  memcpy(&value, from, width * sizeof(double));
  return value;
}

// Sixteen coordinates of the component's denoiser, or as many as there are. `gain`: of each, or
// null where `loss` is that of all.
INLINE void KERNEL(axes_move)(const float *x, const double *mean, const double *gain, double loss,
                              size_t width, float *out) {
  v16f near = {0};
  if (width == kernels_lanes) near = *(const v16f_any *)x;
  else memcpy(&near, x, width * sizeof(float));
  v16d at = __builtin_convertvector(near, v16d), gap = at - KERNEL(axes_load)(mean, width);
  if (gain) gap = (KERNEL(axes_load)(gain, width) - 1.0) * gap;
  else gap = SPLAT_D(-loss) * gap;
  // A sum of moves begins with zero, and so has none below it.
  v16f moved = __builtin_convertvector(at + (gap + 0.0), v16f);
  if (width == kernels_lanes) *(v16f_any *)out = moved;
  else memcpy(out, &moved, width * sizeof(float));
}

// The denoiser of component k, as mixture_panel has it.
INLINE void KERNEL(axes_alone)(const KERNEL(axes_task) * t, const float *x, size_t k, float *out) {
  const kernels_mixture *m = t->a->mixture;
  size_t d = m->dimension, kd = m->components * d, i = 0;
  const double *mean = m->means + k * d, *gain = t->table + kd + k * d;
  double loss = 1.0 - t->table[2 * kd + m->components + k];
  if (m->ranks[k]) {
    for (; i + kernels_lanes <= d; i += kernels_lanes)
      KERNEL(axes_move)(x + i, mean + i, gain + i, 0, kernels_lanes, out + i);
    if (i < d) KERNEL(axes_move)(x + i, mean + i, gain + i, 0, d - i, out + i);
  } else {
    for (; i + kernels_lanes <= d; i += kernels_lanes)
      KERNEL(axes_move)(x + i, mean + i, 0, loss, kernels_lanes, out + i);
    if (i < d) KERNEL(axes_move)(x + i, mean + i, 0, loss, d - i, out + i);
  }
}

// Some rows, while they are in the first cache: those where a component is alone are done, the
// others become open ones. Returns how many of these there are so far.
INLINE size_t KERNEL(axes_rows)(KERNEL(axes_task) * t, size_t first, const int rows, size_t open,
                                float *denoised) {
  const kernels_axes *a = t->a;
  size_t d = a->mixture->dimension, slots = a->slots, k = 0;
  float norms[12];
  KERNEL(axes_centred)(t, t->x + first * d, rows, norms);
  for (; k + 2 * kernels_lanes <= slots; k += 2 * kernels_lanes)
    KERNEL(axes_tile)(t->y, a->columns + k * d, d, rows, 2, t->products + k, slots);
  for (; k < slots; k += kernels_lanes)
    KERNEL(axes_tile)(t->y, a->columns + k * d, d, rows, 1, t->products + k, slots);
  KERNEL(axes_top) tops[12];
  uint32_t leaders[12];
  int alone[12];
  // In passes, for what a row waits for is hidden behind the other rows.
  for (int r = 0; r < rows; r++)
    tops[r] = KERNEL(axes_bound)(t, t->products + (size_t)r * slots, norms[r],
                                 t->bounds + (open + (size_t)r) * slots);
  for (int r = 0; r < rows; r++)
    leaders[r] = KERNEL(axes_leader)(t, &tops[r], t->products + (size_t)r * slots, norms[r],
                                     &alone[r]);
  const float *bounds = t->bounds + open * slots;
  for (int r = 0; r < rows; r++, bounds += slots) {
    size_t row = first + (size_t)r;
    if (alone[r]) {
      KERNEL(axes_alone)(t, t->x + row * d, leaders[r], denoised + row * d);
    } else {
      float *own = t->bounds + open * slots;
      if (own != bounds) memcpy(own, bounds, slots * sizeof *own);
      t->open[open] = (uint32_t)row;
      t->leaders[open++] = leaders[r];
    }
  }
  return open;
}
