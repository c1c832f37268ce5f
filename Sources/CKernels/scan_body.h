#include "vector_math.h"
#include "products.h"
#include "data_rows.h"

// Notes a data row that may matter to one lane; drops those that no longer can when full.
static void KERNEL(choose)(kernels_panel *panel, size_t lane, int32_t row, float value,
                           float threshold) {
  int32_t found = panel->found[lane];
  if (found < 0) return;
  int32_t *chosen = panel->chosen + lane * panel->capacity;
  float *values = panel->values + lane * panel->capacity;
  if ((size_t)found == panel->capacity) {
    int32_t kept = 0;
    for (int32_t i = 0; i < found; i++) {
      if (values[i] < threshold) continue;
      chosen[kept] = chosen[i];
      values[kept++] = values[i];
    }
    if (kept == found) {
      panel->found[lane] = -1;
      return;
    }
    found = kept;
  }
  chosen[found] = row;
  values[found] = value;
  panel->found[lane] = found + 1;
}

static void KERNEL(softmax_scan)(const kernels_cloud *cloud, size_t first, size_t last,
                                 const float *queries, size_t lanes, const float *precision,
                                 const float *slack, kernels_panel *panel, float *scratch) {
  const float *half_norms = cloud->half_norms;
  size_t d = cloud->dimension, vectors = lanes / kernels_lanes;
  v16f_any *s = (v16f_any *)scratch;
  for (size_t start = first; start < last; start += kernels_block_rows) {
    size_t rows = last - start < kernels_block_rows ? last - start : kernels_block_rows;
    const float *block =
        KERNEL(data_rows)(cloud, start, rows, scratch + kernels_block_rows * lanes);
    KERNEL(products)(block, rows, d, queries, lanes, scratch);
    uint8_t matters[kernels_block_rows] = {0};
    for (size_t v = 0; v < vectors; v++) {
      v16f best = ((v16f_any *)panel->best)[v], before = best;
      for (size_t r = 0; r < rows; r++) {
        v16f value = s[r * vectors + v] - half_norms[start + r];
        s[r * vectors + v] = value;
        best = __builtin_elementwise_max(best, value);
      }
      v16f scale = ((const v16f_any *)precision)[v];
      v16f threshold = best - ((const v16f_any *)slack)[v];
      v16i rises = best > before;
      if (__builtin_reduce_or(rises)) {
        // Rescale what was gathered relative to the old best; lanes that stay multiply by one.
        v16f shrink = KERNEL(exp)((before - best) * scale);
        ((v16f_any *)panel->best)[v] = best;
        for (size_t i = 0; i < d; i++) ((v16f_any *)panel->mean)[i * vectors + v] *= shrink;
        for (int lane = 0; lane < kernels_lanes; lane++) {
          panel->sum[v * kernels_lanes + lane] *= shrink[lane];
          panel->norms[v * kernels_lanes + lane] *= shrink[lane];
        }
      }
      v16f sum = {0}, norms = {0};
      int gathers = 0;
      for (int lane = 0; lane < kernels_lanes; lane++)
        gathers |= panel->found[v * kernels_lanes + lane] >= 0;
      for (size_t r = 0; r < rows; r++) {
        v16f value = s[r * vectors + v];
        v16i counts = value >= threshold;
        if (!__builtin_reduce_or(counts)) {
          s[r * vectors + v] = (v16f){0};
          continue;
        }
        v16f weight = (v16f)((v16i)KERNEL(exp)((value - best) * scale) & counts);
        s[r * vectors + v] = weight;
        sum += weight;
        norms = MAD(weight, SPLAT(half_norms[start + r]), norms);
        matters[r] = 1;
        if (!gathers) continue;
        for (int lane = 0; lane < kernels_lanes; lane++)
          if (counts[lane])
            KERNEL(choose)(panel, v * kernels_lanes + lane, (int32_t)(start + r), value[lane],
                           threshold[lane]);
      }
      for (int lane = 0; lane < kernels_lanes; lane++) {
        panel->sum[v * kernels_lanes + lane] += sum[lane];
        panel->norms[v * kernels_lanes + lane] += norms[lane];
      }
    }
    int32_t kept[kernels_block_rows];
    size_t count = 0;
    for (size_t r = 0; r < rows; r++)
      if (matters[r]) kept[count++] = (int32_t)r;
    if (count) KERNEL(weighted_sums)(block, d, scratch, kept, count, lanes, panel->mean);
  }
}

// Keeps the largest values in falling order; equal values stay in the order of the data.
static void KERNEL(insert)(kernels_panel *panel, size_t lane, int32_t row, float value) {
  size_t capacity = panel->capacity;
  int32_t *chosen = panel->chosen + lane * capacity;
  float *values = panel->values + lane * capacity;
  size_t found = (size_t)panel->found[lane];
  if (found == capacity && !(value > values[capacity - 1])) return;
  size_t at = found < capacity ? found : capacity - 1;
  for (; at > 0 && value > values[at - 1]; at--) {
    values[at] = values[at - 1];
    chosen[at] = chosen[at - 1];
  }
  values[at] = value;
  chosen[at] = row;
  if (found < capacity) panel->found[lane] = (int32_t)(found + 1);
  if (found + 1 >= capacity) panel->best[lane] = values[capacity - 1];
}

static void KERNEL(nearest_scan)(const kernels_cloud *cloud, size_t first, size_t last,
                                 const float *queries, size_t lanes, kernels_panel *panel,
                                 float *scratch) {
  const float *half_norms = cloud->half_norms;
  size_t d = cloud->dimension, vectors = lanes / kernels_lanes;
  const v16f_any *s = (const v16f_any *)scratch;
  for (size_t start = first; start < last; start += kernels_block_rows) {
    size_t rows = last - start < kernels_block_rows ? last - start : kernels_block_rows;
    const float *block =
        KERNEL(data_rows)(cloud, start, rows, scratch + kernels_block_rows * lanes);
    KERNEL(products)(block, rows, d, queries, lanes, scratch);
    for (size_t r = 0; r < rows; r++)
      for (size_t v = 0; v < vectors; v++) {
        v16f value = s[r * vectors + v] - half_norms[start + r];
        v16i beats = value > ((v16f_any *)panel->best)[v];
        if (!__builtin_reduce_or(beats)) continue;
        for (int lane = 0; lane < kernels_lanes; lane++)
          if (beats[lane])
            KERNEL(insert)(panel, v * kernels_lanes + lane, (int32_t)(start + r), value[lane]);
      }
  }
}

static void KERNEL(add_weighted_rows)(const kernels_cloud *cloud, size_t first, size_t last,
                                      const float *weights, size_t lanes, float *sum,
                                      float *room) {
  int32_t all[kernels_block_rows];
  for (int32_t row = 0; row < kernels_block_rows; row++) all[row] = row;
  const float *block = KERNEL(data_rows)(cloud, first, last - first, room);
  KERNEL(weighted_sums)(block, cloud->dimension, weights, all, last - first, lanes, sum);
}
