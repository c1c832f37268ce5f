#include "vector_math.h"

typedef float v8f __attribute__((vector_size(32)));
typedef float v2f __attribute__((vector_size(8)));
typedef double v8d __attribute__((vector_size(64)));
typedef double v4d __attribute__((vector_size(32)));
typedef double v2d __attribute__((vector_size(16)));

// A tile of ROWS x VECTORS sums of 16 lanes stays in registers, beside a gap and two factors.
#define GAPS_1 (REGISTERS < 12 ? REGISTERS : 12)
#define GAPS_2 (REGISTERS / 2)
#define GAPS_4 (REGISTERS / 4)

// squares[r][lane] += |data[r] - query[lane]|^2 over `length` coordinates of consecutive rows that
// lie `stride` apart; the first part starts from nothing. A difference of two numbers is rounded
// once, in units of itself: nothing cancels, wherever the rows lie.
INLINE void KERNEL(gap_tile)(const float *data, size_t stride, size_t length,
                             const float *queries, const int vectors, const int rows, int starts,
                             float *squares) {
  v16f sum[12][4];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (v16f){0};
  for (size_t i = 0; i < length; i++) {
    v16f q[4];
    UNROLL for (int v = 0; v < vectors; v++)
      q[v] = ((const v16f_any *)queries)[i * vectors + v];
    UNROLL for (int r = 0; r < rows; r++) {
      v16f x = SPLAT(data[r * stride + i]);
      UNROLL for (int v = 0; v < vectors; v++) {
        v16f gap = x - q[v];
        sum[r][v] = MAD(gap, gap, sum[r][v]);
      }
    }
  }
  v16f_any *out = (v16f_any *)squares;
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      out[r * vectors + v] = starts ? sum[r][v] : out[r * vectors + v] + sum[r][v];
}

INLINE void KERNEL(gaps_of)(const float *data, size_t rows, size_t d, const float *queries,
                            const int vectors, const int tile, float *squares) {
  for (size_t i = 0; i < d; i += kernels_product_part) {
    size_t length = d - i < kernels_product_part ? d - i : kernels_product_part, r = 0;
    const float *part = queries + i * vectors * 16;
    for (; r + tile <= rows; r += tile)
      KERNEL(gap_tile)(data + r * d + i, d, length, part, vectors, tile, i == 0,
                       squares + r * vectors * 16);
    for (; r < rows; r++)
      KERNEL(gap_tile)(data + r * d + i, d, length, part, vectors, 1, i == 0,
                       squares + r * vectors * 16);
  }
}

// Squared distances in units of 1 / unit^2 from a block of rows to each lane; `scratch` holds them
// first, then the block itself in that unit, a power of two, so that no square leaves the range.
static const float *KERNEL(gaps)(const kernels_rows *rows, size_t start, size_t count,
                                 const kernels_queries *queries, float *scratch) {
  size_t d = rows->dimension, lanes = queries->lanes;
  float *block = scratch + kernels_block_rows * lanes;
  const float *from = rows->values + start * d;
  for (size_t i = 0; i < count * d; i++) block[i] = from[i] * rows->unit;
  if (lanes == 64) KERNEL(gaps_of)(block, count, d, queries->panel, 4, GAPS_4, scratch);
  else if (lanes == 32) KERNEL(gaps_of)(block, count, d, queries->panel, 2, GAPS_2, scratch);
  else KERNEL(gaps_of)(block, count, d, queries->panel, 1, GAPS_1, scratch);
  return scratch;
}

INLINE size_t KERNEL(block)(size_t start, size_t last) {
  return last - start < kernels_block_rows ? last - start : kernels_block_rows;
}

// Lanes below this are pairs with row `row`.
INLINE ptrdiff_t KERNEL(paired)(const kernels_queries *queries, size_t row) {
  ptrdiff_t below = (ptrdiff_t)row - queries->first;
  return below < (ptrdiff_t)queries->count ? below : (ptrdiff_t)queries->count;
}

INLINE v16i KERNEL(lanes_below)(ptrdiff_t limit, int vector) {
  const v16i lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < (int32_t)(limit - vector * kernels_lanes);
}

// In Double: one pair of a far row would take the digits of all others in a sum.
INLINE v16d KERNEL(widened)(v16f v) { return __builtin_convertvector(v, v16d); }

INLINE double KERNEL(wide_across)(v16d v) {
  v8d a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
          __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  v4d b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  v2d c = __builtin_shufflevector(b, b, 0, 1) + __builtin_shufflevector(b, b, 2, 3);
  return c[0] + c[1];
}

INLINE float KERNEL(sum_across)(v16f v) {
  v8f a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
          __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  v4f b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  v2f c = __builtin_shufflevector(b, b, 0, 1) + __builtin_shufflevector(b, b, 2, 3);
  return c[0] + c[1];
}

// Adds f and f^2 of one block to the totals of its lanes and of its rows. Squares, which tell errors
// alone, are summed in Float32, kernels_block_rows terms at most.
INLINE void KERNEL(pair_block)(size_t start, size_t rows, const kernels_queries *queries,
                               const int vectors, const int function, float scale,
                               const float *gaps, const kernels_pair_totals *totals) {
  v16d sum[4];
  v16f square[4];
  UNROLL for (int v = 0; v < vectors; v++) {
    sum[v] = (v16d){0};
    square[v] = (v16f){0};
  }
  for (size_t r = 0; r < rows; r++) {
    ptrdiff_t limit = KERNEL(paired)(queries, start + r);
    if (limit <= 0) continue;
    v16d across = {0};
    v16f across_square = {0};
    UNROLL for (int v = 0; v < vectors; v++) {
      v16f s = ((const v16f_any *)gaps)[r * vectors + v];
      v16f value = function == kernels_pair_distance ? __builtin_elementwise_sqrt(s)
                                                     : KERNEL(exp)(s * -scale);
      value = (v16f)((v16i)value & KERNEL(lanes_below)(limit, v));
      v16f own = value * value;
      v16d wide = KERNEL(widened)(value);
      sum[v] += wide;
      square[v] += own;
      across += wide;
      across_square += own;
    }
    totals->row_sums[start + r] += KERNEL(wide_across)(across);
    totals->row_squares[start + r] += KERNEL(sum_across)(across_square);
  }
  for (int v = 0; v < vectors; v++)
    for (int lane = 0; lane < kernels_lanes; lane++) {
      totals->lane_sums[v * kernels_lanes + lane] += sum[v][lane];
      totals->lane_squares[v * kernels_lanes + lane] += square[v][lane];
    }
}

INLINE void KERNEL(pair_lanes)(size_t start, size_t rows, const kernels_queries *queries,
                               const int function, float scale, const float *gaps,
                               const kernels_pair_totals *totals) {
  if (queries->lanes == 64)
    KERNEL(pair_block)(start, rows, queries, 4, function, scale, gaps, totals);
  else if (queries->lanes == 32)
    KERNEL(pair_block)(start, rows, queries, 2, function, scale, gaps, totals);
  else
    KERNEL(pair_block)(start, rows, queries, 1, function, scale, gaps, totals);
}

static void KERNEL(pair_sums)(const kernels_rows *rows, size_t first, size_t last,
                              const kernels_queries *queries, int function, float scale,
                              const kernels_pair_totals *totals, float *scratch) {
  for (size_t start = first; start < last; start += kernels_block_rows) {
    size_t count = KERNEL(block)(start, last);
    if (KERNEL(paired)(queries, start + count - 1) <= 0) continue;
    const float *gaps = KERNEL(gaps)(rows, start, count, queries, scratch);
    if (function == kernels_pair_distance)
      KERNEL(pair_lanes)(start, count, queries, kernels_pair_distance, scale, gaps, totals);
    else
      KERNEL(pair_lanes)(start, count, queries, kernels_pair_gaussian, scale, gaps, totals);
  }
}

static void KERNEL(pair_counts)(const kernels_rows *rows, size_t first, size_t last,
                                const kernels_queries *queries, int shift, uint32_t above,
                                uint64_t *counts, float *scratch) {
  const uint32_t mask = ((uint32_t)1 << kernels_count_bits) - 1;
  for (size_t start = first; start < last; start += kernels_block_rows) {
    size_t count = KERNEL(block)(start, last);
    if (KERNEL(paired)(queries, start + count - 1) <= 0) continue;
    const uint32_t *bits =
        (const uint32_t *)(const void *)KERNEL(gaps)(rows, start, count, queries, scratch);
    for (size_t r = 0; r < count; r++, bits += queries->lanes) {
      ptrdiff_t limit = KERNEL(paired)(queries, start + r);
      for (ptrdiff_t lane = 0; lane < limit; lane++) {
        uint32_t index = bits[lane] >> shift;
        if (index >> kernels_count_bits == above) counts[index & mask]++;
      }
    }
  }
}

// |row - lane's own row|^2 in Double: what decides where Float32 cannot.
INLINE double KERNEL(exact_gap)(const kernels_rows *rows, size_t row,
                                const kernels_queries *queries, size_t lane) {
  size_t d = rows->dimension;
  const float *x = rows->values + row * d, *y = queries->rows + lane * d;
  double sum = 0;
  for (size_t i = 0; i < d; i++) {
    double gap = (double)x[i] - (double)y[i];
    sum += gap * gap;
  }
  return sum;
}

// Keeps the smallest numbers in rising order; returns how many there are.
INLINE size_t KERNEL(keep_least)(double value, double *least, size_t found, size_t wanted) {
  if (found == wanted && !(value < least[wanted - 1])) return found;
  size_t at = found < wanted ? found : wanted - 1;
  for (; at > 0 && value < least[at - 1]; at--) least[at] = least[at - 1];
  least[at] = value;
  return found < wanted ? found + 1 : found;
}

// How far a sum of squared gaps is off, as a part of itself: every term goes through the roundings
// of its gap, of its part and of those that follow.
INLINE double KERNEL(gap_error)(size_t d) {
  size_t part = d < kernels_product_part ? d : kernels_product_part;
  return (double)(part + d / kernels_product_part + 5) * 0x1p-24;
}

static void KERNEL(pair_ranks)(const kernels_rows *rows, const kernels_queries *queries,
                               size_t wanted, size_t capacity, double *squares, int32_t *chosen,
                               float *values, float *scratch) {
  size_t lanes = queries->lanes, vectors = lanes / kernels_lanes;
  int32_t found[kernels_widest_panel] = {0};
  v16f worst[4];
  for (size_t v = 0; v < vectors; v++) worst[v] = SPLAT(INFINITY);
  for (size_t start = 0; start < rows->count; start += kernels_block_rows) {
    size_t count = KERNEL(block)(start, rows->count);
    const v16f_any *s =
        (const v16f_any *)(const void *)KERNEL(gaps)(rows, start, count, queries, scratch);
    for (size_t r = 0; r < count; r++)
      for (size_t v = 0; v < vectors; v++) {
        v16i nearer = s[r * vectors + v] < worst[v];
        if (!__builtin_reduce_or(nearer)) continue;
        for (size_t l = 0; l < kernels_lanes; l++) {
          if (!nearer[l]) continue;
          size_t lane = v * kernels_lanes + l;
          float value = s[r * vectors + v][l], *own = values + lane * capacity;
          int32_t *rank = chosen + lane * capacity;
          size_t at = (size_t)found[lane] < capacity ? (size_t)found[lane]++ : capacity - 1;
          for (; at > 0 && value < own[at - 1]; at--) {
            own[at] = own[at - 1];
            rank[at] = rank[at - 1];
          }
          own[at] = value;
          rank[at] = (int32_t)(start + r);
          if ((size_t)found[lane] == capacity) worst[v][l] = own[capacity - 1];
        }
      }
  }
  double inverse = 1 / ((double)rows->unit * rows->unit), error = KERNEL(gap_error)(rows->dimension);
  for (size_t lane = 0; lane < queries->count; lane++) {
    double *least = squares + lane * wanted;
    size_t kept = 0;
    for (int32_t n = 0; n < found[lane]; n++)
      kept = KERNEL(keep_least)(
          KERNEL(exact_gap)(rows, (size_t)chosen[lane * capacity + n], queries, lane), least, kept,
          wanted);
    // What was left out is no nearer than this; all are asked where that may be too near.
    double left_out = (size_t)found[lane] == capacity
                          ? values[lane * capacity + capacity - 1] * inverse * (1 - error)
                          : -1;
    if (rows->count <= capacity && (size_t)found[lane] == rows->count) continue;
    if (kept == wanted && least[wanted - 1] <= left_out) continue;
    kept = 0;
    for (size_t row = 0; row < rows->count; row++)
      kept = KERNEL(keep_least)(KERNEL(exact_gap)(rows, row, queries, lane), least, kept, wanted);
  }
}

static void KERNEL(pair_inside)(const kernels_rows *rows, const kernels_queries *queries,
                                const double *limits, int32_t *inside, float *scratch) {
  size_t vectors = queries->lanes / kernels_lanes;
  double unit = (double)rows->unit * rows->unit, error = 2 * KERNEL(gap_error)(rows->dimension);
  v16i found[4];
  for (size_t v = 0; v < 4; v++)
    found[v] = ~KERNEL(lanes_below)((ptrdiff_t)queries->count, (int)v);
  for (size_t start = 0; start < rows->count; start += kernels_block_rows) {
    v16i left = {0};
    for (size_t v = 0; v < vectors; v++) left |= ~found[v];
    if (!__builtin_reduce_or(left)) break;
    size_t count = KERNEL(block)(start, rows->count);
    const v16f_any *s =
        (const v16f_any *)(const void *)KERNEL(gaps)(rows, start, count, queries, scratch);
    for (size_t r = 0; r < count; r++) {
      double limit = limits[start + r] * unit;
      float sure = (float)(limit * (1 - error)), most = (float)(limit * (1 + error)) + 0x1p-126f;
      for (size_t v = 0; v < vectors; v++) {
        v16f square = s[r * vectors + v];
        v16i within = square < sure, doubt = (square <= most) & ~within & ~found[v];
        found[v] |= within;
        if (!__builtin_reduce_or(doubt)) continue;
        for (size_t l = 0; l < kernels_lanes; l++)
          if (doubt[l] && KERNEL(exact_gap)(rows, start + r, queries, v * kernels_lanes + l) <=
                              limits[start + r])
            found[v][l] = -1;
      }
    }
  }
  for (size_t lane = 0; lane < queries->count; lane++)
    inside[lane] = found[lane / kernels_lanes][lane % kernels_lanes] != 0;
}
