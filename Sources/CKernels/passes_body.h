#include "vector_math.h"
#include "products.h"

typedef int16_t v16h_any __attribute__((vector_size(32), aligned(2), may_alias));
typedef int32_t v16i_any __attribute__((vector_size(64), aligned(4), may_alias));

// Lane l of vector i changes places with lane i of vector l: by squares of eight, four, two, one.
#define TURN(s, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                                 \
  UNROLL for (int at = 0; at < kernels_lanes; at++)                                             \
    if (!(at & (s))) {                                                                          \
      v16i x = v[at], y = v[at + (s)];                                                          \
      v[at] = __builtin_shufflevector(x, y, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);    \
      v[at + (s)] = __builtin_shufflevector(x, y, a + (s), b + (s), c + (s), d + (s), e + (s),  \
                                            f + (s), g + (s), h + (s), i + (s), j + (s),        \
                                            k + (s), l + (s), m + (s), n + (s), o + (s),        \
                                            p + (s));                                           \
    }
INLINE void KERNEL(turn_square)(v16i v[kernels_lanes]) {
  TURN(8, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
  TURN(4, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
  TURN(2, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
  TURN(1, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
}
#undef TURN

#include "sparse_rows.h"

// The lanes past the dimension are zeros and change nothing.
static size_t KERNEL(rest_norms)(const kernels_cloud *cloud, double *half_norms) {
  size_t d = cloud->dimension, others = 0;
  for (size_t row = 0; row < cloud->count; row++) {
    const float *values = cloud->values + row * d;
    v16d sum = {0};
    v16i usual = {0};
    for (size_t i = 0; i < d; i += kernels_lanes) {
      v16f x = {0}, origin = {0};
      size_t left = d - i < kernels_lanes ? d - i : kernels_lanes;
      memcpy(&x, values + i, left * sizeof(float));
      memcpy(&origin, cloud->origin + i, left * sizeof(float));
      v16d rest = __builtin_convertvector(x, v16d) - __builtin_convertvector(origin, v16d);
      sum = MAD_D(rest, rest, sum);
      usual += x != origin;
    }
    double total = 0;
    for (int lane = 0; lane < kernels_lanes; lane++) {
      total += sum[lane];
      others += (size_t)-usual[lane];
    }
    half_norms[row] = total / 2;
  }
  return others;
}

static void KERNEL(extent)(const kernels_cloud *cloud, float *least, float *most) {
  size_t d = cloud->dimension;
  v16f low = SPLAT(INFINITY), high = SPLAT(-INFINITY);
  for (size_t row = 0; row < cloud->count; row++)
    for (size_t i = 0; i < d; i += kernels_lanes) {
      // The last lanes of a short row repeat its first number.
      size_t left = d - i < kernels_lanes ? d - i : kernels_lanes;
      v16f value = SPLAT(cloud->values[row * d]);
      memcpy(&value, cloud->values + row * d + i, left * sizeof(float));
      low = __builtin_elementwise_min(low, value);
      high = __builtin_elementwise_max(high, value);
    }
  *least = INFINITY;
  *most = -INFINITY;
  for (int lane = 0; lane < kernels_lanes; lane++) {
    *least = fminf(*least, low[lane]);
    *most = fmaxf(*most, high[lane]);
  }
}

static int KERNEL(encode)(const kernels_cloud *cloud, uint8_t *codes) {
  size_t d = cloud->dimension;
  kernels_levels levels = cloud->levels;
  for (size_t row = 0; row < cloud->count; row++) {
    v16i wrong = {0};
    for (size_t i = 0; i < d; i += kernels_lanes) {
      size_t left = d - i < kernels_lanes ? d - i : kernels_lanes;
      v16f value = {0};
      memcpy(&value, cloud->values + row * d + i, left * sizeof(float));
      v16f number = value * levels.parts - levels.start;
      v16f code = __builtin_elementwise_roundeven(number / levels.slope);
      code = __builtin_elementwise_min(__builtin_elementwise_max(code, SPLAT(0.0f)), SPLAT(255.0f));
      v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
      wrong |= (KERNEL(level)(code, levels) != value) & (lanes < (int)left);
      v16b_any bytes = __builtin_convertvector(__builtin_convertvector(code, v16i), v16b_any);
      if (codes) memcpy(codes + row * d + i, &bytes, left);
    }
    if (__builtin_reduce_or(wrong)) return 0;
  }
  return 1;
}

static void KERNEL(decode)(const kernels_cloud *cloud, size_t first, size_t last, float *values) {
  KERNEL(decode_rows)(cloud, first, last, values);
}

// Products to 24 bits: 16 high ones and 8 low ones apart.
static void KERNEL(store_products)(const kernels_cloud *cloud, size_t first, size_t last,
                                   const float *queries, size_t lanes,
                                   const float *inverse_steps, int16_t *const *high,
                                   uint8_t *const *low, float *scratch) {
  size_t d = cloud->dimension, vectors = lanes / kernels_lanes;
  for (size_t start = first; start < last; start += kernels_block_rows) {
    size_t rows = last - start < kernels_block_rows ? last - start : kernels_block_rows;
    if (cloud->origin) KERNEL(sparse_products)(cloud, start, rows, queries, lanes, scratch);
    else KERNEL(products)(cloud->values + start * d, rows, d, queries, lanes, scratch);
    for (size_t r = 0; r < rows; r++)
      for (size_t v = 0; v < vectors; v++) {
        v16f_any *at = (v16f_any *)scratch + r * vectors + v;
        v16f value = *at * ((const v16f_any *)inverse_steps)[v];
        value = __builtin_elementwise_max(value, SPLAT(-8388607.0f));
        value = __builtin_elementwise_min(value, SPLAT(8388607.0f));
        *at = (v16f)__builtin_convertvector(value, v16i);
      }
    for (size_t v = 0; v < vectors; v++) {
      int16_t *const *upper = high + v * kernels_lanes;
      uint8_t *const *lower = low + v * kernels_lanes;
      size_t r = 0;
      for (; r + kernels_lanes <= rows; r += kernels_lanes) {
        v16i steps[kernels_lanes];
        UNROLL for (int i = 0; i < kernels_lanes; i++)
          steps[i] = ((const v16i_any *)scratch)[(r + i) * vectors + v];
        KERNEL(turn_square)(steps);
        UNROLL for (int lane = 0; lane < kernels_lanes; lane++) {
          if (!upper[lane]) continue;
          *(v16h_any *)(upper[lane] + start + r) =
              __builtin_convertvector(steps[lane] >> 8, v16h_any);
          *(v16b_any *)(lower[lane] + start + r) =
              __builtin_convertvector(steps[lane] & 255, v16b_any);
        }
      }
      for (; r < rows; r++)
        for (size_t lane = 0; lane < kernels_lanes; lane++) {
          if (!upper[lane]) continue;
          int32_t value;
          memcpy(&value, scratch + (r * vectors + v) * kernels_lanes + lane, sizeof value);
          upper[lane][start + r] = (int16_t)(value >> 8);
          lower[lane][start + r] = (uint8_t)(value & 255);
        }
    }
  }
}

static void KERNEL(add_weighted)(const kernels_cloud *cloud, size_t first, size_t last,
                                 const float *columns, size_t lanes, float *weights,
                                 float *sum) {
  int32_t kept[kernels_block_rows];
  size_t rows = last - first, count = 0;
  for (size_t start = 0; start < rows; start += kernels_lanes) {
    v16i square[kernels_lanes], matters[kernels_lanes];
    for (size_t v = 0; v < lanes / kernels_lanes; v++) {
      for (int lane = 0; lane < kernels_lanes; lane++)
        square[lane] = *(const v16i_any *)(columns + start +
                                           (v * kernels_lanes + lane) * kernels_block_rows);
      KERNEL(turn_square)(square);
      for (int r = 0; r < kernels_lanes; r++) {
        v16i counts = (v16f)square[r] > 0.0f;
        matters[r] = v ? matters[r] | counts : counts;
        *(v16i_any *)(weights + (start + r) * lanes + v * kernels_lanes) = square[r];
      }
    }
    for (int r = 0; r < kernels_lanes && start + r < rows; r++)
      if (__builtin_reduce_or(matters[r])) kept[count++] = (int32_t)start + r;
  }
  size_t d = cloud->dimension;
  if (count && cloud->origin)
    KERNEL(sparse_sums)(cloud, first, weights, kept, count, lanes, sum);
  else if (count)
    KERNEL(weighted_sums)(cloud->values + first * d, d, weights, kept, count, lanes, sum);
}
