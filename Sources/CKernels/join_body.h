#include "vector_math.h"
#include "exact_rows.h"

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
            room[n] * KERNEL(distance)(cloud, (size_t)list[n], sum);
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
      double squared = KERNEL(distance)(cloud, (size_t)row, query);
      found = KERNEL(place)(row, squared, found, wanted, nearest, best);
    }
    if (kept == panels[s].capacity)
      left_out = fmax(left_out, panels[s].values[at + kept - 1] + rounding);
  }
  if (found < wanted || left_out >= (square - best[wanted - 1]) / 2) {
    // Rounding, or products beyond Float32's range, may hide a nearer one: ask every row.
    found = 0;
    for (size_t row = 0; row < cloud->count; row++) {
      double squared = KERNEL(distance)(cloud, row, query);
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
  KERNEL(center_query)(cloud, x, scratch);
  for (size_t row = first; row < last; row++)
    squared[row - first] = KERNEL(distance)(cloud, row, scratch);
}
