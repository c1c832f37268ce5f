// Products of 16-lane panels with rows of data, and sums of rows weighted by lane. Included by
// kernel bodies after vector_math.h.

// A tile of ROWS x VECTORS sums of 16 lanes stays in registers.
#define TILE_1 (REGISTERS < 12 ? REGISTERS : 12)
#define TILE_2 (REGISTERS / 2)
#define TILE_4 (REGISTERS / 4)

// products[r][lane] += data[r] . query[lane] over `length` coordinates, for consecutive rows of
// data that lie `stride` apart; the first part of a product starts from nothing. Rows far apart
// look like nothing to the processor's own prefetcher: the next tile's are asked for here.
INLINE void KERNEL(product_tile)(const float *data, size_t stride, size_t length,
                                 const float *queries, const int vectors, const int rows,
                                 int starts, float *products) {
  v16f sum[12][4];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (v16f){0};
  UNROLL for (int r = 0; r < rows; r++)
    for (size_t i = 0; i < length; i += kernels_lanes)
      __builtin_prefetch(data + (r + rows) * stride + i, 0, 2);
  for (size_t i = 0; i < length; i++) {
    v16f q[4];
    UNROLL for (int v = 0; v < vectors; v++)
      q[v] = ((const v16f_any *)queries)[i * vectors + v];
    UNROLL for (int r = 0; r < rows; r++) {
      v16f x = SPLAT(data[r * stride + i]);
      UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = MAD(x, q[v], sum[r][v]);
    }
  }
  v16f_any *out = (v16f_any *)products;
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      out[r * vectors + v] = starts ? sum[r][v] : out[r * vectors + v] + sum[r][v];
}

// Coordinates are taken in parts: the queries of a part stay in the first cache, and rounding
// grows with the length of a part and the number of parts, not with the dimension.
INLINE void KERNEL(products_of)(const float *data, size_t rows, size_t d, const float *queries,
                                const int vectors, const int tile, float *products) {
  for (size_t i = 0; i < d; i += kernels_product_part) {
    size_t length = d - i < kernels_product_part ? d - i : kernels_product_part, r = 0;
    const float *part = queries + i * vectors * 16;
    for (; r + tile <= rows; r += tile)
      KERNEL(product_tile)(data + r * d + i, d, length, part, vectors, tile, i == 0,
                           products + r * vectors * 16);
    for (; r < rows; r++)
      KERNEL(product_tile)(data + r * d + i, d, length, part, vectors, 1, i == 0,
                           products + r * vectors * 16);
  }
}

static void KERNEL(products)(const float *data, size_t rows, size_t d, const float *queries,
                             size_t lanes, float *products) {
  if (lanes == 64) KERNEL(products_of)(data, rows, d, queries, 4, TILE_4, products);
  else if (lanes == 32) KERNEL(products_of)(data, rows, d, queries, 2, TILE_2, products);
  else KERNEL(products_of)(data, rows, d, queries, 1, TILE_1, products);
}

// mean[i][lane] += sum over the kept rows of weights[row][lane] * data[row][i]. The block's own sum
// comes first: one running sum over all data would lose digits.
INLINE void KERNEL(sum_tile)(const float *data, size_t d, const float *weights,
                             const int32_t *kept, size_t count, const int vectors,
                             const int columns, float *mean) {
  v16f sum[12][4];
  UNROLL for (int c = 0; c < columns; c++)
    UNROLL for (int v = 0; v < vectors; v++) sum[c][v] = (v16f){0};
  for (size_t n = 0; n < count; n++) {
    const float *row = data + kept[n] * d;
    __builtin_prefetch(row + kernels_lanes, 0, 2);
    v16f w[4];
    UNROLL for (int v = 0; v < vectors; v++)
      w[v] = ((const v16f_any *)weights)[kept[n] * vectors + v];
    UNROLL for (int c = 0; c < columns; c++) {
      v16f x = SPLAT(row[c]);
      UNROLL for (int v = 0; v < vectors; v++) sum[c][v] = MAD(x, w[v], sum[c][v]);
    }
  }
  UNROLL for (int c = 0; c < columns; c++)
    UNROLL for (int v = 0; v < vectors; v++) ((v16f_any *)mean)[c * vectors + v] += sum[c][v];
}

INLINE void KERNEL(sum_of)(const float *data, size_t d, const float *weights, const int32_t *kept,
                           size_t count, const int vectors, const int tile, float *mean) {
  size_t i = 0;
  for (; i + tile <= d; i += tile)
    KERNEL(sum_tile)(data + i, d, weights, kept, count, vectors, tile, mean + i * vectors * 16);
  if (tile > 4)
    for (; i + 4 <= d; i += 4)
      KERNEL(sum_tile)(data + i, d, weights, kept, count, vectors, 4, mean + i * vectors * 16);
  for (; i < d; i++)
    KERNEL(sum_tile)(data + i, d, weights, kept, count, vectors, 1, mean + i * vectors * 16);
}

static void KERNEL(weighted_sums)(const float *data, size_t d, const float *weights,
                                  const int32_t *kept, size_t count, size_t lanes, float *mean) {
  if (lanes == 64) KERNEL(sum_of)(data, d, weights, kept, count, 4, TILE_4, mean);
  else if (lanes == 32) KERNEL(sum_of)(data, d, weights, kept, count, 2, TILE_2, mean);
  else KERNEL(sum_of)(data, d, weights, kept, count, 1, TILE_1, mean);
}
