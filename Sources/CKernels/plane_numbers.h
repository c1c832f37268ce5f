// What the components of a mixture in few dimensions are at one sigma. Included by plane_body.h.

#define MOST kernels_plane_dimension
// Entry i of eigenvector j; those of a covariance without a basis are the axes.
#define ALONG(j, i) \
  (m->bases[k] < 0 ? (double)((j) == (i)) : m->basis_values[m->bases[k] + (j) * d + (i)])

// Numbers of a component: in Double its logit, and in Float as well what it says.
#define EXACT(d, square) (1 + (square))
#define SINGLE(d, square) (1 + 3 * (d) + 2 * (square))

// What the components are at one sigma: a number each where it is common to all rows, sixteen lanes
// each where every row has its own.
typedef struct {
  const double *exact;  // components x EXACT: l, W
  const float *single;  // components x SINGLE: l, W and low, high, c, G
} KERNEL(plane_numbers);

#define NUMBER_D(i) (common ? SPLAT_D(exact[i]) : ((const v16d_any *)exact)[i])
#define NUMBER(i) (common ? SPLAT(single[i]) : ((const v16f_any *)single)[i])
#define NEXT(width) ((width) * (common ? 1 : kernels_lanes))

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

// The weighing in Float and base 2, as log2 r_k = l - |W (x - high) + low|^2, where high is the mean
// rounded and low makes up for it; l is that of the heaviest component at most.
INLINE void KERNEL(plane_rounding)(const double *mean, v16d l, const v16d whiten[], const int d,
                                   const int axes, v16f_any out[]) {
  const double per_bit = 1.4426950408889634, root = 1.2011224087864498;
  *out++ = __builtin_convertvector(l * per_bit, v16f);
  UNROLL for (int i = 0; i < d; i++) {
    v16d low = {0};
    UNROLL for (int j = 0; j < d; j++) {
      if (axes && j != i) continue;
      v16d w = whiten[axes ? i : i * d + j] * root;
      low += w * ((double)(float)mean[j] - mean[j]);
      *out++ = __builtin_convertvector(w, v16f);
    }
    *out++ = __builtin_convertvector(low, v16f);
  }
  UNROLL for (int i = 0; i < d; i++) *out++ = SPLAT((float)mean[i]);
}

// The numbers of all components at one sigma a lane.
INLINE void KERNEL(plane_lanes)(const kernels_mixture *m, v16d variance, const int d,
                                const int axes, v16d_any *exact, v16f_any *single) {
  const int square = axes ? d : d * d, wide = EXACT(d, square), narrow = SINGLE(d, square);
  v16d highest = SPLAT_D(-__builtin_inf());
  for (size_t k = 0; k < m->components; k++) {
    v16d l, whiten[MOST * MOST];
    KERNEL(plane_weighing)(m, k, variance, d, axes, &l, whiten);
    highest = __builtin_elementwise_max(highest, l);
    exact[k * wide] = l;
    UNROLL for (int i = 0; i < square; i++) exact[k * wide + 1 + i] = whiten[i];
  }
  for (size_t k = 0; k < m->components; k++) {
    v16d whiten[MOST * MOST];
    v16f clean[MOST], gain[MOST * MOST];
    v16f_any *out = single + k * narrow;
    UNROLL for (int i = 0; i < square; i++) whiten[i] = exact[k * wide + 1 + i];
    KERNEL(plane_rounding)(m->means + k * d, exact[k * wide] - highest, whiten, d, axes, out);
    KERNEL(plane_saying)(m, k, variance, d, axes, clean, gain);
    out += 1 + 2 * d + square;
    UNROLL for (int i = 0; i < d; i++) *out++ = clean[i];
    UNROLL for (int i = 0; i < square; i++) *out++ = gain[i];
  }
}

// The numbers of one sigma: sixteen equal lanes, of which one is kept.
INLINE void KERNEL(plane_fill)(const kernels_mixture *m, const int d, const int axes,
                               double sigma, double *scratch, double *exact, float *single) {
  const int square = axes ? d : d * d;
  size_t wide = m->components * EXACT(d, square), narrow = m->components * SINGLE(d, square);
  float *lanes = (float *)(scratch + wide * kernels_lanes);
  KERNEL(plane_lanes)(m, SPLAT_D(sigma * sigma), d, axes, (v16d_any *)scratch,
                      (v16f_any *)lanes);
  for (size_t i = 0; i < wide; i++) exact[i] = scratch[i * kernels_lanes];
  for (size_t i = 0; i < narrow; i++) single[i] = lanes[i * kernels_lanes];
}

// CALL(d, axes) with what is known of a mixture as constants.
#define WITH_SHAPE(m, axes, CALL)               \
  switch (2 * (m)->dimension + ((axes) != 0)) { \
    case 2: case 3: CALL(1, 1); break;          \
    case 4: CALL(2, 0); break;                  \
    case 5: CALL(2, 1); break;                  \
    case 6: CALL(3, 0); break;                  \
    case 7: CALL(3, 1); break;                  \
  }

static void KERNEL(plane_table)(const kernels_mixture *m, int axes, double sigma, double *scratch,
                                double *exact, float *single) {
#define FILL(d, axes) KERNEL(plane_fill)(m, d, axes, sigma, scratch, exact, single)
  WITH_SHAPE(m, axes, FILL)
#undef FILL
}
