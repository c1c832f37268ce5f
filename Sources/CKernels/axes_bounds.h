// A task of mixtures along the axes, and bounds of its logits. Included by axes_body.h.

// Rows of a product whose sums stay in registers beside two lines of 16 numbers.
#define TALL (REGISTERS >= 24 ? 12 : 2)

// products[r][lane] of 16 or 32 components, `panels` panels that lie d x 16 apart.
INLINE void KERNEL(axes_tile)(const float *y, const float *columns, size_t d, const int rows,
                              const int panels, float *out, size_t slots) {
  v16f sum[12][2];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int p = 0; p < panels; p++) sum[r][p] = (v16f){0};
  for (size_t i = 0; i < d; i++) {
    v16f line[2];
    UNROLL for (int p = 0; p < panels; p++)
      line[p] = *(const v16f_any *)(columns + ((size_t)p * d + i) * kernels_lanes);
    UNROLL for (int r = 0; r < rows; r++) {
      v16f one = SPLAT(y[i * (size_t)rows + r]);
      UNROLL for (int p = 0; p < panels; p++) sum[r][p] = MAD(one, line[p], sum[r][p]);
    }
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int p = 0; p < panels; p++)
      *(v16f_any *)(out + r * slots + p * kernels_lanes) = sum[r][p];
}

// One task.
typedef struct {
  const kernels_axes *a;
  const float *x;
  size_t count;
  const double *table;    // of the mixture
  const float *limits;    // of the bounds
  float *bounds;          // rows x slots
  float *y;               // d x 12
  double *leading;        // rows: the logit of the leader
  double *logits;         // pairs
  uint32_t *leaders;      // rows
  uint32_t *starts;       // rows + 1: the first pair of a row; dense rows have none
  uint32_t *owners, *at;  // pairs: component and row
  uint32_t *wanted;       // pairs: the component again, where its logit is wanted
  uint32_t *order;        // rows or pairs by component
  uint32_t *ends;         // components
  uint32_t *dense;        // rows
  double *work;           // scratch of mixture_evaluate
  float *in, *out;        // 16 x d
} KERNEL(axes_task);

// An upper bound of every logit of some rows, and the component where it is largest; no leader where
// numbers leave Float32's range.
//
// With y = x - c and n = m - c as Float32 holds them, u = 2^-24, S = |y|^2 + |n|^2: d terms of a
// product, each rounded twice at most, are wrong by 2.02 d u S/2, which counts twice; rounding y and
// n moves |y - n|^2 by no more than 9 u S, and S and the difference lose 8 u S.
INLINE void KERNEL(axes_bounds)(KERNEL(axes_task) * t, size_t first, const int rows) {
  const kernels_axes *a = t->a;
  size_t d = a->mixture->dimension, slots = a->slots;
  float norms[12];
  for (int r = 0; r < rows; r++) {
    const float *x = t->x + (first + (size_t)r) * d;
    v16f norm = {0};
    size_t i = 0;
    for (; i + kernels_lanes <= d; i += kernels_lanes) {
      v16f y = *(const v16f_any *)(x + i) - *(const v16f_any *)(a->center + i);
      UNROLL for (int lane = 0; lane < kernels_lanes; lane++)
        t->y[(i + (size_t)lane) * (size_t)rows + r] = y[lane];
      norm = MAD(y, y, norm);
    }
    float sum = 0;
    for (; i < d; i++) {
      float y = x[i] - a->center[i];
      t->y[i * (size_t)rows + r] = y;
      sum += y * y;
    }
    for (int lane = 0; lane < kernels_lanes; lane++) sum += norm[lane];
    norms[r] = sum;
  }
  size_t k = 0;
  for (; k + 2 * kernels_lanes <= slots; k += 2 * kernels_lanes)
    KERNEL(axes_tile)(t->y, a->columns + k * d, d, rows, 2, t->bounds + first * slots + k, slots);
  for (; k < slots; k += kernels_lanes)
    KERNEL(axes_tile)(t->y, a->columns + k * d, d, rows, 1, t->bounds + first * slots + k, slots);
  float rounding = (1.02f * (float)d + 32.0f) * 0x1p-23f, least = (float)d * 0x1p-120f;
  for (int r = 0; r < rows; r++) {
    float *bounds = t->bounds + (first + (size_t)r) * slots;
    v16f best = SPLAT(-__builtin_inff());
    v16i place = {0};
    for (k = 0; k < slots; k += kernels_lanes) {
      v16f size = norms[r] + *(const v16f_any *)(a->norms + k);
      v16f square = MAD(SPLAT(-2.0f), *(v16f_any *)(bounds + k), size);
      square = MAD(SPLAT(-rounding), size, square) - least;
      square = __builtin_elementwise_max(square, SPLAT(0.0f));
      v16f bound = MAD(-*(const v16f_any *)(t->limits + slots + k), square,
                       *(const v16f_any *)(t->limits + k));
      *(v16f_any *)(bounds + k) = bound;
      v16i rises = bound > best;
      best = __builtin_elementwise_max(bound, best);
      place = (rises & (int32_t)k) | (~rises & place);
    }
    float top = -__builtin_inff();
    uint32_t leader = 0;
    for (int lane = 0; lane < kernels_lanes; lane++)
      if (best[lane] > top) {
        top = best[lane];
        leader = (uint32_t)(place[lane] + lane);
      }
    int inside = norms[r] + a->largest < 1e36f;
    t->leaders[first + (size_t)r] = inside ? leader : UINT32_MAX;
  }
}

static void KERNEL(axes_limits)(const kernels_axes *a, double sigma, const double *table,
                                float *limits) {
  const kernels_mixture *m = a->mixture;
  const double *half_log = table + 2 * m->components * (m->dimension + 1);
  for (size_t k = 0; k < a->slots; k++) {
    // Lifted, and lowered, by what the arithmetic of a bound in Float32 may lose.
    double constant = -1e38, slope = 0;
    if (k < m->components) {
      constant = m->log_weights[k] - half_log[k];
      constant += 0x1p-20 * fabs(constant);
      slope = 0.5 * (1 - 0x1p-20) / (a->widest[k] + sigma * sigma);
    }
    limits[k] = (float)constant;
    limits[a->slots + k] = slope < 1e37 ? (float)slope : 1e37f;
  }
}
