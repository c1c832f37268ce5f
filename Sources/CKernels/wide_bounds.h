// A task of the kernel for many dimensions, and bounds of its logits. Included by wide_body.h.

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
