// A task of mixtures along the axes, and bounds of its logits. Included by axes_body.h.

// Rows of a product whose sums stay in registers beside two lines of 16 numbers.
#define TALL (REGISTERS >= 24 ? 12 : 2)

// Products of rows of y with 16 or 32 components, `panels` panels that lie d x 16 apart.
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
      v16f one = SPLAT(y[(size_t)r * d + i]);
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
  float *y, *products;    // 12 x d, 12 x slots
  uint32_t *open;         // rows: those where more than one component may count
  float *bounds;          // open rows x slots
  double *leading;        // open rows: the logit of the leader
  double *logits;         // pairs
  uint32_t *leaders;      // open rows
  uint32_t *starts;       // open rows + 1: the first pair of a row; dense rows have none
  uint32_t *owners, *at;  // pairs: component and open row
  uint32_t *wanted;       // pairs: the component again, where its logit is wanted
  uint32_t *order;        // rows or pairs by component
  uint32_t *ends;         // components
  uint32_t *dense;        // rows
  double *work;           // scratch of mixture_evaluate
  float *in, *out;        // 16 x d
} KERNEL(axes_task);

// The larger, and the smaller, of two; b where a is not a number.
INLINE v16f KERNEL(axes_max)(v16f a, v16f b) {
  v16i larger = a > b;
  return (v16f)((larger & (v16i)a) | (~larger & (v16i)b));
}
INLINE v16f KERNEL(axes_min)(v16f a, v16f b) {
  v16i smaller = a < b;
  return (v16f)((smaller & (v16i)a) | (~smaller & (v16i)b));
}

// The largest of all lanes, and their sum, by halves: one lane after another takes as long as a row
// of products.
#define OTHERS(...) __builtin_shufflevector(v, v, __VA_ARGS__)
#define HALVES(joined)                                                       \
  v = joined(v, OTHERS(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); \
  v = joined(v, OTHERS(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)); \
  v = joined(v, OTHERS(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)); \
  v = joined(v, OTHERS(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14))
INLINE float KERNEL(axes_largest)(v16f v) {
  HALVES(KERNEL(axes_max));
  return v[0];
}
INLINE v16f KERNEL(axes_add)(v16f a, v16f b) { return a + b; }
INLINE float KERNEL(axes_sum)(v16f v) {
  HALVES(KERNEL(axes_add));
  return v[0];
}
#undef HALVES
#undef OTHERS

// y = x - c and |y|^2 of some rows.
INLINE void KERNEL(axes_centred)(const KERNEL(axes_task) * t, const float *x, const int rows,
                                 float *norms) {
  size_t d = t->a->mixture->dimension;
  const float *center = t->a->center;
  for (int r = 0; r < rows; r++, x += d) {
    float *y = t->y + (size_t)r * d, sum = 0;
    v16f norm = {0};
    size_t i = 0;
    for (; i + kernels_lanes <= d; i += kernels_lanes) {
      // Of the next rows.
      __builtin_prefetch(x + (size_t)rows * d + i);
      v16f gap = *(const v16f_any *)(x + i) - *(const v16f_any *)(center + i);
      *(v16f_any *)(y + i) = gap;
      norm = MAD(gap, gap, norm);
    }
    for (; i < d; i++) {
      y[i] = x[i] - center[i];
      sum += y[i] * y[i];
    }
    norms[r] = sum + KERNEL(axes_sum)(norm);
  }
}

// The largest bounds of a row so far, the next to them, and where the largest are; in lanes.
typedef struct {
  v16f best, next;
  v16i place;
} KERNEL(axes_top);

#define ROUNDING(d) ((1.02f * (float)(d) + 32.0f) * 0x1p-23f)
#define LEAST(d) ((float)(d)*0x1p-120f)

// Upper bounds of the logits of a row from its products.
//
// With y = x - c and n = m - c as Float32 holds them, u = 2^-24, S = |y|^2 + |n|^2: d terms of a
// product, each rounded twice at most, are wrong by 2.02 d u S/2, which counts twice; rounding y
// and n moves |y - n|^2 by no more than 9 u S, and S and the difference lose 8 u S.
INLINE KERNEL(axes_top) KERNEL(axes_bound)(const KERNEL(axes_task) * t, const float *products,
                                           float norm, float *bounds) {
  const kernels_axes *a = t->a;
  size_t d = a->mixture->dimension, slots = a->slots;
  float share = 1.0f - ROUNDING(d), start = share * norm - LEAST(d);
  const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  KERNEL(axes_top) top = {SPLAT(-__builtin_inff()), SPLAT(-__builtin_inff()), {0}};
  for (size_t k = 0; k < slots; k += kernels_lanes) {
    v16f size = MAD(SPLAT(share), *(const v16f_any *)(a->norms + k), SPLAT(start));
    v16f square = MAD(SPLAT(-2.0f), *(const v16f_any *)(products + k), size);
    square = KERNEL(axes_max)(square, SPLAT(0.0f));
    v16f bound = MAD(-*(const v16f_any *)(t->limits + slots + k), square,
                     *(const v16f_any *)(t->limits + k));
    *(v16f_any *)(bounds + k) = bound;
    v16i rises = bound > top.best;
    top.next = KERNEL(axes_max)(top.next, KERNEL(axes_min)(bound, top.best));
    top.best = KERNEL(axes_max)(bound, top.best);
    top.place = (rises & ((int32_t)k + lanes)) | (~rises & top.place);
  }
  return top;
}

static void KERNEL(axes_limits)(const kernels_axes *a, double sigma, const double *table,
                                float *limits) {
  const kernels_mixture *m = a->mixture;
  const double *half_log = table + 2 * m->components * (m->dimension + 1);
  for (size_t k = 0; k < a->slots; k++) {
    // Lifted, and lowered, by what the arithmetic of a bound in Float32 may lose.
    double highest = -1e38, lowest = -1e38, slope = 0, steepest = 0;
    if (k < m->components) {
      double constant = m->log_weights[k] - half_log[k], lost = 0x1p-20 * fabs(constant);
      highest = constant + lost, lowest = constant - lost;
      slope = 0.5 * (1 - 0x1p-20) / (a->widest[k] + sigma * sigma);
      steepest = 0.5 * (1 + 0x1p-20) / (a->narrowest[k] + sigma * sigma);
    }
    limits[k] = (float)highest;
    limits[a->slots + k] = slope < 1e37 ? (float)slope : 1e37f;
    limits[2 * a->slots + k] = (float)lowest;
    limits[3 * a->slots + k] = steepest < 1e37 ? (float)steepest : __builtin_inff();
  }
}
