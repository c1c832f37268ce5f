// Distances, means and order of chosen rows in Double. Included by kernel bodies after
// vector_math.h.

#include "data_rows.h"

// |query - x_row|^2 in Double.
INLINE double KERNEL(distance_of)(const kernels_cloud *cloud, size_t row, const double *query,
                                  int coded) {
  size_t d = cloud->dimension, i = 0;
  v16d sum = {0};
  for (; i + kernels_lanes <= d; i += kernels_lanes) {
    v16d gap = *(const v16d_any *)(query + i) -
               __builtin_convertvector(KERNEL(data_lanes)(cloud, row, i, coded), v16d);
    sum = MAD_D(gap, gap, sum);
  }
  double total = 0;
  for (; i < d; i++) {
    double gap = query[i] - KERNEL(data_number)(cloud, row, i, coded);
    total += gap * gap;
  }
  for (int lane = 0; lane < kernels_lanes; lane++) total += sum[lane];
  return total;
}

static double KERNEL(distance)(const kernels_cloud *cloud, size_t row, const double *query) {
  return cloud->codes ? KERNEL(distance_of)(cloud, row, query, 1)
                      : KERNEL(distance_of)(cloud, row, query, 0);
}

// target += weight * row, in Double.
INLINE void KERNEL(add_row_of)(const kernels_cloud *cloud, size_t row, double weight,
                               double *target, int coded) {
  size_t d = cloud->dimension, i = 0;
  for (; i + kernels_lanes <= d; i += kernels_lanes) {
    v16d_any *t = (v16d_any *)(target + i);
    v16f x = KERNEL(data_lanes)(cloud, row, i, coded);
    *t = MAD_D(SPLAT_D(weight), __builtin_convertvector(x, v16d), *t);
  }
  for (; i < d; i++) target[i] += weight * KERNEL(data_number)(cloud, row, i, coded);
}

static void KERNEL(add_row)(const kernels_cloud *cloud, size_t row, double weight,
                            double *target) {
  if (cloud->codes) KERNEL(add_row_of)(cloud, row, weight, target, 1);
  else KERNEL(add_row_of)(cloud, row, weight, target, 0);
}

// weights[n] = e^(weights[n] - best); returns their sum.
static double KERNEL(exponentials)(double *weights, size_t count, double best) {
  v16d sum = {0};
  for (size_t n = 0; n < count; n += kernels_lanes) {
    size_t lanes = count - n < kernels_lanes ? count - n : kernels_lanes;
    v16d logits = SPLAT_D(-INFINITY);
    memcpy(&logits, weights + n, lanes * sizeof(double));
    logits -= best;
    // Below e^-700 a weight is nothing to a Double; the clamp inside exp would keep it.
    v16d weight = (v16d)((v16l)KERNEL(exp_d)(logits) & (v16l)(logits > -700.0));
    sum += weight;
    memcpy(weights + n, &weight, lanes * sizeof(double));
  }
  double total = 0;
  for (int lane = 0; lane < kernels_lanes; lane++) total += sum[lane];
  return total;
}

// mean += share * softmax average of the chosen rows at `query`; leaves the weights of the rows,
// which sum to one, in `weights`. Returns log sum exp of the logits.
static double KERNEL(softmax_over)(const kernels_cloud *cloud, const int32_t *chosen,
                                   const double *log_weights, size_t count, const double *query,
                                   double sigma, double share, double *mean, double *weights) {
  double best = -INFINITY;
  for (size_t n = 0; n < count; n++) {
    double squared = KERNEL(distance)(cloud, (size_t)chosen[n], query);
    weights[n] = -squared / (2 * sigma * sigma) + (log_weights ? log_weights[n] : 0);
    if (weights[n] > best) best = weights[n];
  }
  double total = KERNEL(exponentials)(weights, count, best);
  for (size_t n = 0; n < count; n++) {
    weights[n] /= total;
    if (weights[n] > 0)
      KERNEL(add_row)(cloud, (size_t)chosen[n], share * weights[n], mean);
  }
  return best + log(total);
}

// The softmax over all rows, taken in Double in blocks: where Float32 cannot weigh and too many
// rows matter to list them. Writes the average and, where wanted, the spread about it; returns
// log sum exp of the logits. `weights`: kernels_block_rows.
static double KERNEL(softmax_of_all)(const kernels_cloud *cloud, const double *query,
                                     double sigma, double *mean, double *spread,
                                     double *weights) {
  size_t d = cloud->dimension;
  double best = -INFINITY, total = 0, scale = -1 / (2 * sigma * sigma);
  for (size_t first = 0; first < cloud->count; first += kernels_block_rows) {
    size_t left = cloud->count - first;
    size_t rows = left < kernels_block_rows ? left : kernels_block_rows;
    double before = best;
    for (size_t r = 0; r < rows; r++) {
      weights[r] = scale * KERNEL(distance)(cloud, first + r, query);
      if (weights[r] > best) best = weights[r];
    }
    if (best > before && total > 0) {
      double shrink = exp(before - best);
      total *= shrink;
      for (size_t i = 0; i < d; i++) mean[i] *= shrink;
    }
    total += KERNEL(exponentials)(weights, rows, best);
    for (size_t r = 0; r < rows; r++)
      if (weights[r] > 0) KERNEL(add_row)(cloud, first + r, weights[r], mean);
  }
  for (size_t i = 0; i < d; i++) mean[i] /= total;
  if (spread) {
    *spread = 0;
    for (size_t row = 0; row < cloud->count; row++) {
      double weight = exp(scale * KERNEL(distance)(cloud, row, query) - best) / total;
      if (weight > 0) *spread += weight * KERNEL(distance)(cloud, row, mean);
    }
  }
  return best + log(total);
}

// The query less the center; returns its squared norm, which tells whether it is finite.
static double KERNEL(center_query)(const kernels_cloud *cloud, const float *x, double *query) {
  double square = 0;
  for (size_t i = 0; i < cloud->dimension; i++) {
    query[i] = (double)x[i] - cloud->center[i];
    square += query[i] * query[i];
  }
  return square;
}

static void KERNEL(put_mean)(const kernels_cloud *cloud, const double *mean, float *out) {
  for (size_t i = 0; i < cloud->dimension; i++) out[i] = (float)(mean[i] + cloud->center[i]);
}

// Puts a data row in its place among the `found` nearest so far; equal ones by index.
INLINE size_t KERNEL(place)(int32_t row, double squared, size_t found, size_t wanted,
                            int32_t *nearest, double *best) {
#define BEFORE(at) (squared < best[at] || (squared == best[at] && row < nearest[at]))
  if (found == wanted && !BEFORE(wanted - 1)) return found;
  size_t at = found < wanted ? found++ : wanted - 1;
  for (; at > 0 && BEFORE(at - 1); at--) {
    best[at] = best[at - 1];
    nearest[at] = nearest[at - 1];
  }
#undef BEFORE
  best[at] = squared;
  nearest[at] = row;
  return found;
}
