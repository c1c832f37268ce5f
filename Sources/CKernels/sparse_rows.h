// Products with, and sums of, rows of data most of whose coordinates hold the value of `origin`:
// only the others are multiplied, in the order in which all would be. Included by kernel bodies
// after vector_math.h.

#include "data_rows.h"
#include "sparse_codes.h"

enum {
  // Entries of a block of rows and a part of the coordinates, and room that a last vector of bytes
  // may write over.
  KERNEL(entries) = kernels_block_rows * kernels_product_part + 64,
  // The same of one coordinate.
  KERNEL(column) = kernels_block_rows + 64
};

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
INLINE v16f KERNEL(rest_of)(const kernels_cloud *cloud, size_t row, size_t i, int coded) {
  size_t left = cloud->dimension - i;
  if (left >= kernels_lanes)
    return KERNEL(data_lanes)(cloud, row, i, coded) - *(const v16f_any *)(cloud->origin + i);
  v16f usual = {0};
  memcpy(&usual, cloud->origin + i, left * sizeof(float));
  return KERNEL(data_rest)(cloud, row, i, left, coded) - usual;
}

// What is left of rows first ..< first + rows in one part of the coordinates, row by row, and where
// each row ends.
INLINE void KERNEL(pack_rows)(const kernels_cloud *cloud, size_t first, size_t rows, size_t i,
                              size_t length, float *values, uint8_t *places, uint32_t *ends,
                              int coded) {
  uint32_t count = 0;
#ifdef COMPRESSES_BYTES
  if (coded) {
    uint8_t codes[KERNEL(entries)];
    for (size_t r = 0; r < rows; r++) {
      __builtin_prefetch(KERNEL(ahead)(cloud, first + r, i, 1), 0, 2);
      __builtin_prefetch(cloud->codes + (first + r) * cloud->dimension + i + kernels_product_part);
      count += KERNEL(append_codes)(KERNEL(part_codes)(cloud, first + r, i, length),
                                    KERNEL(first_bytes)(), cloud->levels.usual, codes + count,
                                    places + count);
      ends[r] = count;
    }
    KERNEL(level_rests)(codes, count, cloud->levels, values);
    return;
  }
#endif
  const v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < length; j += kernels_lanes) {
      __builtin_prefetch(KERNEL(ahead)(cloud, first + r, i + j, coded), 0, 2);
      count += KERNEL(append)(KERNEL(rest_of)(cloud, first + r, i + j, coded), lanes + (int)j,
                              values + count, places + count);
    }
    ends[r] = count;
  }
}

// products[r][lane] += (data[first + r] - origin) . query[lane] over one part of the coordinates.
INLINE void KERNEL(sparse_part)(const kernels_cloud *cloud, size_t first, size_t rows, size_t i,
                                size_t length, const float *queries, const int vectors,
                                float *products, int coded) {
  float values[KERNEL(entries)];
  uint8_t places[KERNEL(entries)];
  uint32_t ends[kernels_block_rows], n = 0;
  KERNEL(pack_rows)(cloud, first, rows, i, length, values, places, ends, coded);
  v16f_any *out = (v16f_any *)products;
  for (size_t r = 0; r < rows; r++) {
    v16f sum[4];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = (v16f){0};
    for (; n < ends[r]; n++) {
      const v16f_any *q = (const v16f_any *)queries + places[n] * vectors;
      UNROLL for (int v = 0; v < vectors; v++) sum[v] = MAD(SPLAT(values[n]), q[v], sum[v]);
    }
    UNROLL for (int v = 0; v < vectors; v++)
      out[r * vectors + v] = i == 0 ? sum[v] : out[r * vectors + v] + sum[v];
  }
}

INLINE void KERNEL(sparse_products_of)(const kernels_cloud *cloud, size_t first, size_t rows,
                                       const float *queries, const int vectors, float *products,
                                       int coded) {
  size_t d = cloud->dimension;
  for (size_t i = 0; i < d; i += kernels_product_part) {
    size_t length = d - i < kernels_product_part ? d - i : kernels_product_part;
    KERNEL(sparse_part)(cloud, first, rows, i, length, queries + i * vectors * 16, vectors,
                        products, coded);
  }
}

// What is left of up to kernels_block_rows kept rows in one part of the coordinates, coordinate by
// coordinate, with the rows it is of: tiles of rows are turned.
INLINE void KERNEL(pack_columns)(const kernels_cloud *cloud, size_t first, const int32_t *kept,
                                 size_t count, size_t i, size_t length, float *values,
                                 uint8_t *places, uint32_t *counts, int coded) {
  memset(counts, 0, kernels_product_part * sizeof *counts);
#ifdef COMPRESSES_BYTES
  if (coded) {
    KERNEL(pack_code_columns)(cloud, first, kept, count, i, length, values, places, counts,
                              KERNEL(column));
    return;
  }
#endif
  for (size_t n = 0; n < count; n += kernels_lanes) {
    v16i rows = {0};
    size_t some = count - n < kernels_lanes ? count - n : kernels_lanes;
    memcpy(&rows, kept + n, some * sizeof(int32_t));
    for (size_t j = 0; j < length; j += kernels_lanes) {
      v16i tile[kernels_lanes];
      for (size_t r = 0; r < kernels_lanes; r++) {
        size_t row = first + (size_t)kept[n + (r < some ? r : 0)];
        __builtin_prefetch(KERNEL(ahead)(cloud, row, i + j, coded), 0, 2);
        v16f rest = KERNEL(rest_of)(cloud, row, i + j, coded);
        tile[r] = r < some ? (v16i)rest : (v16i){0};
      }
      KERNEL(turn_square)(tile);
      UNROLL for (int c = 0; c < kernels_lanes; c++) {
        size_t column = j + c, at = column * KERNEL(column) + counts[column];
        counts[column] += KERNEL(append)((v16f)tile[c], rows, values + at, places + at);
      }
    }
  }
}

// mean[i][lane] += sum over the kept rows of weights[row][lane] * (data[first + row] - origin)[i]
// over one part of the coordinates: what a coordinate adds up stays in registers.
INLINE void KERNEL(sparse_sum_part)(const kernels_cloud *cloud, size_t first, size_t i,
                                    size_t length, const float *weights, const int32_t *kept,
                                    size_t count, const int vectors, float *mean, int coded) {
  float values[kernels_product_part * KERNEL(column)];
  uint8_t places[kernels_product_part * KERNEL(column)];
  uint32_t counts[kernels_product_part];
  KERNEL(pack_columns)(cloud, first, kept, count, i, length, values, places, counts, coded);
  for (size_t j = 0; j < length; j++) {
    if (!counts[j]) continue;
    v16f sum[4];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = (v16f){0};
    for (size_t n = j * KERNEL(column); n < j * KERNEL(column) + counts[j]; n++) {
      const v16f_any *w = (const v16f_any *)weights + places[n] * vectors;
      UNROLL for (int v = 0; v < vectors; v++) sum[v] = MAD(SPLAT(values[n]), w[v], sum[v]);
    }
    UNROLL for (int v = 0; v < vectors; v++) ((v16f_any *)mean)[j * vectors + v] += sum[v];
  }
}

INLINE void KERNEL(sparse_sums_of)(const kernels_cloud *cloud, size_t first, const float *weights,
                                   const int32_t *kept, size_t count, const int vectors,
                                   float *mean, int coded) {
  size_t d = cloud->dimension;
  for (size_t i = 0; i < d; i += kernels_product_part) {
    size_t length = d - i < kernels_product_part ? d - i : kernels_product_part;
    KERNEL(sparse_sum_part)(cloud, first, i, length, weights, kept, count, vectors,
                            mean + i * vectors * 16, coded);
  }
}

// A function for each width of a panel and kind of data.
#define EACH_WIDTH(name, coded, ...)                             \
  (lanes == 64   ? KERNEL(name)(__VA_ARGS__, 4, result, coded)   \
   : lanes == 32 ? KERNEL(name)(__VA_ARGS__, 2, result, coded)   \
                 : KERNEL(name)(__VA_ARGS__, 1, result, coded))

static void KERNEL(sparse_products)(const kernels_cloud *cloud, size_t first, size_t rows,
                                    const float *queries, size_t lanes, float *result) {
  if (cloud->codes) EACH_WIDTH(sparse_products_of, 1, cloud, first, rows, queries);
  else EACH_WIDTH(sparse_products_of, 0, cloud, first, rows, queries);
}

static void KERNEL(sparse_sums)(const kernels_cloud *cloud, size_t first, const float *weights,
                                const int32_t *kept, size_t count, size_t lanes, float *result) {
  if (cloud->codes) EACH_WIDTH(sparse_sums_of, 1, cloud, first, weights, kept, count);
  else EACH_WIDTH(sparse_sums_of, 0, cloud, first, weights, kept, count);
}
#undef EACH_WIDTH
