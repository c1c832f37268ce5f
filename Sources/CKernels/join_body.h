#include "vector_math.h"

// |query - x_row|^2 in Double.
static double KERNEL(distance)(const float *row, const double *query, size_t d) {
  v16d sum = {0};
  size_t i = 0;
  for (; i + kernels_lanes <= d; i += kernels_lanes) {
    v16d gap = *(const v16d_any *)(query + i) -
               __builtin_convertvector(*(const v16f_any *)(row + i), v16d);
    sum = MAD_D(gap, gap, sum);
  }
  double total = 0;
  for (; i < d; i++) total += (query[i] - row[i]) * (query[i] - row[i]);
  for (int lane = 0; lane < kernels_lanes; lane++) total += sum[lane];
  return total;
}

// target += weight * row, in Double.
static void KERNEL(add_row)(const float *row, double weight, size_t d, double *target) {
  size_t i = 0;
  for (; i + kernels_lanes <= d; i += kernels_lanes) {
    v16d_any *t = (v16d_any *)(target + i);
    *t = MAD_D(SPLAT_D(weight), __builtin_convertvector(*(const v16f_any *)(row + i), v16d), *t);
  }
  for (; i < d; i++) target[i] += weight * row[i];
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
  size_t d = cloud->dimension;
  double best = -INFINITY;
  for (size_t n = 0; n < count; n++) {
    double squared = KERNEL(distance)(cloud->values + (size_t)chosen[n] * d, query, d);
    weights[n] = -squared / (2 * sigma * sigma) + (log_weights ? log_weights[n] : 0);
    if (weights[n] > best) best = weights[n];
  }
  double total = KERNEL(exponentials)(weights, count, best);
  for (size_t n = 0; n < count; n++) {
    weights[n] /= total;
    if (weights[n] > 0)
      KERNEL(add_row)(cloud->values + (size_t)chosen[n] * d, share * weights[n], d, mean);
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
    const float *block = cloud->values + first * d;
    double before = best;
    for (size_t r = 0; r < rows; r++) {
      weights[r] = scale * KERNEL(distance)(block + r * d, query, d);
      if (weights[r] > best) best = weights[r];
    }
    if (best > before && total > 0) {
      double shrink = exp(before - best);
      total *= shrink;
      for (size_t i = 0; i < d; i++) mean[i] *= shrink;
    }
    total += KERNEL(exponentials)(weights, rows, best);
    for (size_t r = 0; r < rows; r++)
      if (weights[r] > 0) KERNEL(add_row)(block + r * d, weights[r], d, mean);
  }
  for (size_t i = 0; i < d; i++) mean[i] /= total;
  if (spread) {
    *spread = 0;
    for (size_t row = 0; row < cloud->count; row++) {
      const float *values = cloud->values + row * d;
      double weight = exp(scale * KERNEL(distance)(values, query, d) - best) / total;
      if (weight > 0) *spread += weight * KERNEL(distance)(values, mean, d);
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

static kernels_softmax KERNEL(softmax_join)(const kernels_cloud *cloud,
                                            const kernels_panel *panels, size_t segments,
                                            size_t lane, size_t lanes, const float *x,
                                            double sigma, double rounding, float slack,
                                            float *mean, double *scratch) {
  size_t d = cloud->dimension;
  double *query = scratch, *sum = query + d, *weights = sum + d;
  double query_square = KERNEL(center_query)(cloud, x, query);
  memset(sum, 0, d * sizeof(double));
  float best = -INFINITY;
  int many = 0;
  for (size_t s = 0; s < segments; s++) {
    if (panels[s].best[lane] > best) best = panels[s].best[lane];
    many |= panels[s].found[lane] < 0;
  }
  size_t count = 0;
  int32_t *list = (int32_t *)weights;
  for (size_t s = 0; s < segments && !many; s++) {
    size_t at = lane * panels[s].capacity;
    for (int32_t n = 0; n < panels[s].found[lane]; n++)
      if (panels[s].values[at + n] >= best - slack) list[count++] = panels[s].chosen[at + n];
  }
  kernels_softmax result = {NAN, 0};
  if (!isfinite(query_square)) {
    for (size_t i = 0; i < d; i++) sum[i] = NAN;
    result.spread = NAN;
  } else if (!many && count > 0) {
    double *room = weights + (count + 1) / 2;
    result.log_mean = KERNEL(softmax_over)(cloud, list, 0, count, query, sigma, 1.0, sum, room);
    for (size_t n = 0; n < count && !mean; n++)
      if (room[n] > 0)
        result.spread +=
            room[n] * KERNEL(distance)(cloud->values + (size_t)list[n] * d, sum, d);
  } else {
    double total = 0, norms = 0, square = 0;
    for (size_t s = 0; s < segments; s++) {
      double scale = exp(((double)panels[s].best[lane] - best) / (sigma * sigma));
      total += scale * panels[s].sum[lane];
      norms += scale * panels[s].norms[lane];
      for (size_t i = 0; i < d; i++) sum[i] += scale * panels[s].mean[i * lanes + lane];
    }
    for (size_t i = 0; i < d; i++) {
      sum[i] /= total;
      square += sum[i] * sum[i];
    }
    result.log_mean = (best - query_square / 2) / (sigma * sigma) + log(total);
    result.spread = fmax(0, 2 * norms / total - square);
    // Weights are off by a factor within e^(+-doubt). Over neighbours a few sigma wide that
    // averages out; between clumps further apart it decides.
    double doubt = 2 * rounding / (sigma * sigma);
    int clumps = result.spread > 2 * (double)d * sigma * sigma;
    // Nothing listed: products beyond Float32's range.
    if (!many || doubt > (clumps ? 1e-4 : 2e-2)) {
      memset(sum, 0, d * sizeof(double));
      result.log_mean = KERNEL(softmax_of_all)(cloud, query, sigma, sum,
                                               mean ? 0 : &result.spread, weights);
    }
  }
  result.log_mean -= log((double)cloud->count);
  if (mean) KERNEL(put_mean)(cloud, sum, mean);
  return result;
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

static void KERNEL(nearest_join)(const kernels_cloud *cloud, const kernels_panel *panels,
                                 size_t segments, size_t lane, const float *x, double rounding,
                                 size_t wanted, int32_t *nearest, double *scratch) {
  size_t d = cloud->dimension, found = 0;
  double *query = scratch, *best = query + d;
  double square = KERNEL(center_query)(cloud, x, query);
  if (!isfinite(square)) {
    for (size_t n = 0; n < wanted; n++) nearest[n] = -1;
    return;
  }
  // The largest x . x_i - |x_i|^2 / 2 that a row left out may have.
  double left_out = -INFINITY;
  for (size_t s = 0; s < segments; s++) {
    size_t at = lane * panels[s].capacity, kept = (size_t)panels[s].found[lane];
    for (size_t n = 0; n < kept; n++) {
      int32_t row = panels[s].chosen[at + n];
      double squared = KERNEL(distance)(cloud->values + (size_t)row * d, query, d);
      found = KERNEL(place)(row, squared, found, wanted, nearest, best);
    }
    if (kept == panels[s].capacity)
      left_out = fmax(left_out, panels[s].values[at + kept - 1] + rounding);
  }
  if (found < wanted || left_out >= (square - best[wanted - 1]) / 2) {
    // Rounding, or products beyond Float32's range, may hide a nearer one: ask every row.
    found = 0;
    for (size_t row = 0; row < cloud->count; row++) {
      double squared = KERNEL(distance)(cloud->values + row * d, query, d);
      found = KERNEL(place)((int32_t)row, squared, found, wanted, nearest, best);
    }
  }
}

static void KERNEL(shifted_mean)(const kernels_cloud *cloud, const int32_t *chosen,
                                 const double *log_weights, size_t chosen_count, const float *x,
                                 const float *shifts, size_t shift_count, double scale,
                                 double sigma, float *mean, double *scratch) {
  size_t d = cloud->dimension;
  double *query = scratch, *sum = query + d, *weights = sum + d;
  memset(sum, 0, d * sizeof(double));
  for (size_t m = 0; m < shift_count; m++) {
    double square = KERNEL(center_query)(cloud, x, query);
    if (!isfinite(square)) sum[0] = NAN;
    for (size_t i = 0; i < d; i++) query[i] += scale * shifts[m * d + i];
    KERNEL(softmax_over)(cloud, chosen, log_weights, chosen_count, query, sigma,
                         1.0 / (double)shift_count, sum, weights);
  }
  KERNEL(put_mean)(cloud, sum, mean);
}

static void KERNEL(distances)(const kernels_cloud *cloud, size_t first, size_t last,
                              const float *x, double *squared, double *scratch) {
  size_t d = cloud->dimension;
  KERNEL(center_query)(cloud, x, scratch);
  for (size_t row = first; row < last; row++)
    squared[row - first] = KERNEL(distance)(cloud->values + row * d, scratch, d);
}

// The query of one shift; a null shift is none.
INLINE void KERNEL(shift_query)(const double *query, const float *shift, double scale, size_t d,
                                double *shifted) {
  for (size_t i = 0; i < d; i++) shifted[i] = query[i] + (shift ? scale * shift[i] : 0);
}

// a e_m . x_i as the scans see it.
static double KERNEL(shift_product)(const kernels_row *row, size_t m, size_t i) {
  if (m < row->stored_count) {
    size_t at = m * row->stride + i;
    return (double)row->shift_weights[m] * (256 * row->shift_high[at] + row->shift_low[at]);
  }
  double last = 0;
  for (size_t other = 0; other < row->stored_count; other++)
    last -= KERNEL(shift_product)(row, other, i);
  return last;
}

static void KERNEL(row_values)(const kernels_cloud *cloud, const kernels_row *row, const float *x,
                               const int32_t *chosen, size_t count, double *values,
                               double *query) {
  size_t d = cloud->dimension;
  double square = KERNEL(center_query)(cloud, x, query);
  for (size_t n = 0; n < count; n++) {
    size_t at = (size_t)chosen[n];
    values[n] = (square - KERNEL(distance)(cloud->values + at * d, query, d)) / 2;
    if (row->stored_count) values[n] += KERNEL(shift_product)(row, n, at);
  }
}

// How many of the listed rows come within `reach` of the best under some shift.
static size_t KERNEL(within)(const kernels_row *row, const int32_t *list, const double *squares,
                             size_t count, double reach, uint8_t *near) {
  size_t total = 0;
  memset(near, 0, count);
  for (size_t m = 0; m < row->shift_count; m++) {
    double best = -INFINITY;
    for (size_t n = 0; n < count; n++)
      best = fmax(best, KERNEL(shift_product)(row, m, (size_t)list[n]) - squares[n] / 2);
    for (size_t n = 0; n < count; n++)
      near[n] |=
          KERNEL(shift_product)(row, m, (size_t)list[n]) - squares[n] / 2 >= best - reach;
  }
  for (size_t n = 0; n < count; n++) total += near[n];
  return total;
}

static int KERNEL(listed_mean)(const kernels_cloud *cloud, const kernels_row *row,
                               const int32_t *list, size_t count, size_t capacity,
                               const float *x, const float *shifts, double scale, double sigma,
                               double doubt, float *mean, double *scratch) {
  size_t d = cloud->dimension;
  double *query = scratch, *shifted = query + d, *sum = shifted + d, *squares = sum + d;
  double *logits = squares + count;
  int32_t *kept = (int32_t *)(logits + count);
  double precision = 1 / (2 * sigma * sigma);
  KERNEL(center_query)(cloud, x, query);
  memset(sum, 0, d * sizeof(double));
  for (size_t n = 0; n < count; n++)
    squares[n] = KERNEL(distance)(cloud->values + (size_t)list[n] * d, query, d);
  // A pass would list what comes within twice its error of these; what is seen here is off by
  // once more on either side.
  double reach = kernels_negligible * sigma * sigma + 6 * doubt;
  if (count > capacity &&
      KERNEL(within)(row, list, squares, count, reach, (uint8_t *)kept) > capacity)
    return 0;
  for (size_t m = 0; m < row->shift_count; m++) {
    double best = -INFINITY;
    for (size_t n = 0; n < count; n++) {
      logits[n] = KERNEL(shift_product)(row, m, (size_t)list[n]) - squares[n] / 2;
      if (logits[n] > best) best = logits[n];
    }
    double least = best - kernels_negligible * sigma * sigma - 2 * doubt;
    size_t near = 0;
    KERNEL(shift_query)(query, shifts ? shifts + m * d : 0, scale, d, shifted);
    best = -INFINITY;
    for (size_t n = 0; n < count; n++) {
      if (!(logits[n] >= least)) continue;
      double square = shifts ? KERNEL(distance)(cloud->values + (size_t)list[n] * d, shifted, d)
                             : squares[n];
      kept[near] = list[n];
      logits[near] = -precision * square;
      if (logits[near] > best) best = logits[near];
      near++;
    }
    size_t heavy = 0;
    for (size_t n = 0; n < near; n++) {
      if (!(logits[n] >= best - kernels_negligible)) continue;
      kept[heavy] = kept[n];
      logits[heavy++] = logits[n];
    }
    double total = KERNEL(exponentials)(logits, heavy, best) * (double)row->shift_count;
    for (size_t n = 0; n < heavy; n++)
      KERNEL(add_row)(cloud->values + (size_t)kept[n] * d, logits[n] / total, d, sum);
  }
  KERNEL(put_mean)(cloud, sum, mean);
  return 1;
}

static void KERNEL(sums_join)(const kernels_cloud *cloud, const float *sums, size_t segments,
                              size_t lane, size_t lanes, const float *x, const float *shifts,
                              size_t shift_count, double scale, double sigma,
                              double second_moment, double doubt, float *mean, double *scratch) {
  size_t d = cloud->dimension;
  double *query = scratch, *shifted = query + d, *sum = shifted + d, *part = sum + d;
  double *weights = part + d, square = 0;
  memset(sum, 0, d * sizeof(double));
  for (size_t s = 0; s < segments; s++)
    for (size_t i = 0; i < d; i++) sum[i] += sums[(s * d + i) * lanes + lane];
  for (size_t i = 0; i < d; i++) square += sum[i] * sum[i];
  // Weights are off by a factor within e^(+-doubt). Over neighbours a few sigma wide that
  // averages out; between clumps further apart it decides. The spread under one shift is at most
  // `shift_count` times that under all.
  double spread = (double)shift_count * (second_moment - square);
  int clumps = !(spread <= 2 * (double)d * sigma * sigma);
  if (doubt > (clumps ? 1e-4 : 4e-2)) {
    double finite = KERNEL(center_query)(cloud, x, query);
    memset(sum, 0, d * sizeof(double));
    for (size_t m = 0; m < shift_count; m++) {
      memset(part, 0, d * sizeof(double));
      KERNEL(shift_query)(query, shifts ? shifts + m * d : 0, scale, d, shifted);
      KERNEL(softmax_of_all)(cloud, shifted, sigma, part, 0, weights);
      for (size_t i = 0; i < d; i++)
        sum[i] = isfinite(finite) ? sum[i] + part[i] / (double)shift_count : NAN;
    }
  }
  KERNEL(put_mean)(cloud, sum, mean);
}

static void KERNEL(nearest_of)(const kernels_cloud *cloud, const int32_t *list, size_t count,
                               const float *x, size_t wanted, int32_t *nearest,
                               double *scratch) {
  size_t d = cloud->dimension, found = 0;
  double *query = scratch, *best = query + d;
  if (!isfinite(KERNEL(center_query)(cloud, x, query))) {
    for (size_t n = 0; n < wanted; n++) nearest[n] = -1;
    return;
  }
  for (size_t n = 0; n < (list ? count : cloud->count); n++) {
    int32_t row = list ? list[n] : (int32_t)n;
    double squared = KERNEL(distance)(cloud->values + (size_t)row * d, query, d);
    found = KERNEL(place)(row, squared, found, wanted, nearest, best);
  }
}
