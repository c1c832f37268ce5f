#include "vector_math.h"
#include "exact_rows.h"

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
  if (cloud->origin) {
    square = 0;
    for (size_t i = 0; i < d; i++)
      square += (query[i] - cloud->origin[i]) * (query[i] - cloud->origin[i]);
  }
  for (size_t n = 0; n < count; n++) {
    size_t at = (size_t)chosen[n];
    values[n] = (square - KERNEL(distance)(cloud, at, query)) / 2;
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
    squares[n] = KERNEL(distance)(cloud, (size_t)list[n], query);
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
      double square = shifts ? KERNEL(distance)(cloud, (size_t)list[n], shifted)
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
      KERNEL(add_row)(cloud, (size_t)kept[n], logits[n] / total, sum);
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
  } else if (cloud->origin) {
    for (size_t i = 0; i < d; i++) sum[i] += cloud->origin[i];
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
    double squared = KERNEL(distance)(cloud, (size_t)row, query);
    found = KERNEL(place)(row, squared, found, wanted, nearest, best);
  }
}
