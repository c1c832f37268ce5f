// Products with, and sums of, rows of data most of whose coordinates hold the value of `origin`:
// only the others are multiplied, in the order in which all would be. Included by kernel bodies
// after vector_math.h.

#ifdef COMPRESSES
#include <immintrin.h>
#endif

// Entries of a block of rows and a part of the coordinates, and the place of each.
enum { KERNEL(entries) = kernels_block_rows * kernels_product_part };

// Writes the lanes of z that are not zero, and their places, one after the other; returns how many.
// Room for all sixteen is needed.
INLINE uint32_t KERNEL(append)(v16f z, v16i places, float *values, uint8_t *at) {
#ifdef COMPRESSES
  __mmask16 some = _mm512_cmp_ps_mask((__m512)z, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  _mm512_storeu_ps(values, _mm512_maskz_compress_ps(some, (__m512)z));
  __m512i kept = _mm512_maskz_compress_epi32(some, (__m512i)places);
  _mm_storeu_si128((__m128i *)at, _mm512_cvtepi32_epi8(kept));
  return (uint32_t)__builtin_popcount(some);
#else
  uint32_t count = 0;
  for (int lane = 0; lane < kernels_lanes; lane++) {
    values[count] = z[lane];
    at[count] = (uint8_t)places[lane];
    count += z[lane] != 0;
  }
  return count;
#endif
}

// Up to sixteen coordinates of a row less the origin, zeros beyond.
INLINE v16f KERNEL(rest_of)(const float *row, const float *origin, size_t left) {
  if (left >= kernels_lanes) return *(const v16f_any *)row - *(const v16f_any *)origin;
  v16f x = {0}, usual = {0};
  memcpy(&x, row, left * sizeof(float));
  memcpy(&usual, origin, left * sizeof(float));
  return x - usual;
}

// products[r][lane] += (data[r] - origin) . query[lane] over one part of the coordinates.
INLINE void KERNEL(sparse_part)(const float *data, size_t rows, size_t d, const float *origin,
                                size_t length, const float *queries, const int vectors,
                                int starts, float *products) {
  float values[KERNEL(entries) + kernels_lanes];
  uint8_t places[KERNEL(entries) + kernels_lanes];
  uint32_t ends[kernels_block_rows], count = 0;
  const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (size_t r = 0; r < rows; r++) {
    const float *row = data + r * d;
    for (size_t i = 0; i < length; i += kernels_lanes) {
      // The same part of the next block: rows far apart look like nothing to the processor.
      __builtin_prefetch(row + kernels_block_rows * d + i, 0, 2);
      count += KERNEL(append)(KERNEL(rest_of)(row + i, origin + i, length - i), lanes + (int)i,
                              values + count, places + count);
    }
    ends[r] = count;
  }
  v16f_any *out = (v16f_any *)products;
  uint32_t n = 0;
  for (size_t r = 0; r < rows; r++) {
    v16f sum[4];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = (v16f){0};
    for (; n < ends[r]; n++) {
      const v16f_any *q = (const v16f_any *)queries + places[n] * vectors;
      UNROLL for (int v = 0; v < vectors; v++) sum[v] = MAD(SPLAT(values[n]), q[v], sum[v]);
    }
    UNROLL for (int v = 0; v < vectors; v++)
      out[r * vectors + v] = starts ? sum[v] : out[r * vectors + v] + sum[v];
  }
}

INLINE void KERNEL(sparse_products_of)(const float *data, size_t rows, size_t d,
                                       const float *origin, const float *queries,
                                       const int vectors, float *products) {
  for (size_t i = 0; i < d; i += kernels_product_part) {
    size_t length = d - i < kernels_product_part ? d - i : kernels_product_part;
    KERNEL(sparse_part)(data + i, rows, d, origin + i, length, queries + i * vectors * 16,
                        vectors, i == 0, products);
  }
}

static void KERNEL(sparse_products)(const float *data, size_t rows, size_t d,
                                    const float *origin, const float *queries, size_t lanes,
                                    float *products) {
  if (lanes == 64) KERNEL(sparse_products_of)(data, rows, d, origin, queries, 4, products);
  else if (lanes == 32) KERNEL(sparse_products_of)(data, rows, d, origin, queries, 2, products);
  else KERNEL(sparse_products_of)(data, rows, d, origin, queries, 1, products);
}

// mean[i][lane] += sum over the kept rows of weights[row][lane] * (data[row] - origin)[i] over one
// part of the coordinates: tiles of sixteen rows are turned, so that what a coordinate adds up stays
// in registers.
INLINE void KERNEL(sparse_sum_part)(const float *data, size_t d, const float *origin,
                                    size_t length, const float *weights, const int32_t *kept,
                                    size_t count, const int vectors, float *mean) {
  enum { room = kernels_block_rows + kernels_lanes };
  float values[kernels_product_part * room];
  uint8_t places[kernels_product_part * room];
  uint32_t counts[kernels_product_part] = {0};
  for (size_t n = 0; n < count; n += kernels_lanes) {
    v16i rows = {0};
    size_t some = count - n < kernels_lanes ? count - n : kernels_lanes;
    memcpy(&rows, kept + n, some * sizeof(int32_t));
    for (size_t i = 0; i < length; i += kernels_lanes) {
      v16i tile[kernels_lanes];
      for (size_t r = 0; r < kernels_lanes; r++) {
        const float *row = data + (size_t)kept[n + (r < some ? r : 0)] * d + i;
        __builtin_prefetch(row + kernels_block_rows * d, 0, 2);
        v16f rest = KERNEL(rest_of)(row, origin + i, length - i);
        tile[r] = r < some ? (v16i)rest : (v16i){0};
      }
      KERNEL(turn_square)(tile);
      UNROLL for (int c = 0; c < kernels_lanes; c++) {
        size_t column = i + c, at = column * room + counts[column];
        counts[column] += KERNEL(append)((v16f)tile[c], rows, values + at, places + at);
      }
    }
  }
  for (size_t i = 0; i < length; i++) {
    if (!counts[i]) continue;
    v16f sum[4];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = (v16f){0};
    for (size_t n = i * room; n < i * room + counts[i]; n++) {
      const v16f_any *w = (const v16f_any *)weights + places[n] * vectors;
      UNROLL for (int v = 0; v < vectors; v++) sum[v] = MAD(SPLAT(values[n]), w[v], sum[v]);
    }
    UNROLL for (int v = 0; v < vectors; v++) ((v16f_any *)mean)[i * vectors + v] += sum[v];
  }
}

INLINE void KERNEL(sparse_sums_of)(const float *data, size_t d, const float *origin,
                                   const float *weights, const int32_t *kept, size_t count,
                                   const int vectors, float *mean) {
  for (size_t i = 0; i < d; i += kernels_product_part) {
    size_t length = d - i < kernels_product_part ? d - i : kernels_product_part;
    KERNEL(sparse_sum_part)(data + i, d, origin + i, length, weights, kept, count, vectors,
                            mean + i * vectors * 16);
  }
}

static void KERNEL(sparse_sums)(const float *data, size_t d, const float *origin,
                                const float *weights, const int32_t *kept, size_t count,
                                size_t lanes, float *mean) {
  if (lanes == 64) KERNEL(sparse_sums_of)(data, d, origin, weights, kept, count, 4, mean);
  else if (lanes == 32) KERNEL(sparse_sums_of)(data, d, origin, weights, kept, count, 2, mean);
  else KERNEL(sparse_sums_of)(data, d, origin, weights, kept, count, 1, mean);
}
