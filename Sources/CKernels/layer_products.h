// Products of matrices, finished as layers are. Included by kernel bodies after vector_rows.h.
// Every sum runs over `inner` in order, whatever the tile.

// How tall a tile may be for 4, 2 and 1 vectors of columns: its sums stay in registers beside one
// row of b and one number of a.
#if defined(__x86_64__) || defined(__i386__)
#define TALL_4 (REGISTERS >= 24 ? 6 : 1)
#define TALL_2 (REGISTERS >= 24 ? 12 : 3)
#define TALL_1 (REGISTERS >= 24 ? 12 : 6)
#else
#define TALL_4 1
#define TALL_2 3
#define TALL_1 6
#endif

// MARK: Finish

// What follows the sums of a tile. Where silu does, it takes whole columns at a time: a tile would
// wait for the first and the last of its exponentials. Until then the sums lie in `slope`.
INLINE void KERNEL(product_finish)(const kernels_product_task *t, size_t i, size_t j,
                                   const int rows, const int vectors, v16f sum[12][4]) {
  size_t left = t->columns - j, out_row = t->slope ? t->slope_row : t->out_row;
  float *out = (t->slope ? t->slope : t->out) + i * out_row + j;
  const float *added = t->added && !t->slope ? t->added + i * t->added_row + j : NULL;
  // Questions are asked outside the loops: asked for every vector, they take a tenth of a product.
  if (left < (size_t)vectors * kernels_lanes) {
    UNROLL for (int v = 0; v < vectors; v++) {
      size_t column = v * kernels_lanes;
      if (column >= left) break;
      UNROLL for (int r = 0; r < rows; r++) {
        v16f value = sum[r][v];
        if (t->bias) value += KERNEL(load)(t->bias + j + column, left - column);
        if (added) value += KERNEL(load)(added + r * t->added_row + column, left - column);
        KERNEL(store)(out + r * out_row + column, value, left - column);
      }
    }
    return;
  }
  if (t->bias)
    UNROLL for (int v = 0; v < vectors; v++) {
      v16f line = ((const v16f_any *)(t->bias + j))[v];
      UNROLL for (int r = 0; r < rows; r++) sum[r][v] += line;
    }
  if (added)
    UNROLL for (int r = 0; r < rows; r++)
      UNROLL for (int v = 0; v < vectors; v++)
        sum[r][v] += ((const v16f_any *)(added + r * t->added_row))[v];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) ((v16f_any *)(out + r * out_row))[v] = sum[r][v];
}

// out = silu of the sums in `slope` + added, from column j on; `slope` becomes the derivative.
INLINE void KERNEL(product_silu)(const kernels_product_task *t, size_t j, const int vectors) {
  for (size_t i = 0; i < t->rows; i++)
    UNROLL for (int v = 0; v < vectors; v++) {
      size_t column = j + v * kernels_lanes, columns = t->columns - column;
      if (column >= t->columns) break;
      float *slopes = t->slope + i * t->slope_row + column;
      v16f slope, value = KERNEL(silu)(KERNEL(load)(slopes, columns), &slope);
      KERNEL(store)(slopes, slope, columns);
      if (t->added) value += KERNEL(load)(t->added + i * t->added_row + column, columns);
      KERNEL(store)(t->out + i * t->out_row + column, value, columns);
    }
}

// MARK: Tiles

INLINE void KERNEL(product_block)(const kernels_product_task *t, size_t i, size_t j,
                                  const int rows, const int vectors) {
  v16f sum[12][4];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (v16f){0};
  const float *a = t->a + i * t->a_row, *b = t->b + j;
  size_t a_row = t->a_row, a_inner = t->a_inner, b_row = t->b_row, inner = t->inner;
  for (size_t p = 0; p < inner; p++, a += a_inner, b += b_row) {
    v16f line[4];
    UNROLL for (int v = 0; v < vectors; v++) line[v] = ((const v16f_any *)b)[v];
    UNROLL for (int r = 0; r < rows; r++) {
      v16f x = SPLAT(a[r * a_row]);
      UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = MAD(x, line[v], sum[r][v]);
    }
  }
  KERNEL(product_finish)(t, i, j, rows, vectors, sum);
}

INLINE void KERNEL(product_columns)(const kernels_product_task *t, size_t j, const int vectors,
                                    const int tall) {
  size_t i = 0;
  for (; i + tall <= t->rows; i += tall) KERNEL(product_block)(t, i, j, tall, vectors);
  if (tall > 6)
    for (; i + 6 <= t->rows; i += 6) KERNEL(product_block)(t, i, j, 6, vectors);
  if (tall > 4)
    for (; i + 4 <= t->rows; i += 4) KERNEL(product_block)(t, i, j, 4, vectors);
  if (tall > 2)
    for (; i + 2 <= t->rows; i += 2) KERNEL(product_block)(t, i, j, 2, vectors);
  for (; i < t->rows; i++) KERNEL(product_block)(t, i, j, 1, vectors);
  if (t->slope) KERNEL(product_silu)(t, j, vectors);
}

// MARK: Few columns

INLINE void KERNEL(product_number)(const kernels_product_task *t, size_t row, size_t column,
                                   float value) {
  if (t->bias) value += t->bias[column];
  if (t->added) value += t->added[row * t->added_row + column];
  t->out[row * t->out_row + column] = value;
}

// A row of at most four columns is a quarter of a vector.
INLINE void KERNEL(product_narrow_block)(const kernels_product_task *t, size_t i, const int rows) {
  v4f sum[8];
  UNROLL for (int r = 0; r < rows; r++) sum[r] = (v4f){0};
  const float *a = t->a + i * t->a_row, *b = t->b;
  for (size_t p = 0; p < t->inner; p++, a += t->a_inner, b += t->b_row) {
    v4f line = *(const v4f_any *)b;
    UNROLL for (int r = 0; r < rows; r++)
      sum[r] = KERNEL(mad_4)(a[r * t->a_row] - (v4f){0}, line, sum[r]);
  }
  for (size_t column = 0; column < t->columns; column++)
    for (int r = 0; r < rows; r++) KERNEL(product_number)(t, i + r, column, sum[r][column]);
}

static void KERNEL(product_narrow)(const kernels_product_task *t) {
  size_t i = 0;
  for (; i + 8 <= t->rows; i += 8) KERNEL(product_narrow_block)(t, i, 8);
  for (; i < t->rows; i++) KERNEL(product_narrow_block)(t, i, 1);
}

// Two columns of at most four, where rows of the result lie side by side in a: they are the lanes.
INLINE void KERNEL(product_across_block)(const kernels_product_task *t, size_t i, size_t j,
                                         const int vectors) {
  v16f sum[4][2];
  UNROLL for (int v = 0; v < vectors; v++) sum[v][0] = sum[v][1] = (v16f){0};
  const float *a = t->a + i, *b = t->b + j;
  for (size_t p = 0; p < t->inner; p++, a += t->a_inner, b += t->b_row) {
    v16f x = SPLAT(b[0]), y = SPLAT(b[1]);
    UNROLL for (int v = 0; v < vectors; v++) {
      v16f line = ((const v16f_any *)a)[v];
      sum[v][0] = MAD(line, x, sum[v][0]);
      sum[v][1] = MAD(line, y, sum[v][1]);
    }
  }
  for (size_t c = 0; c < 2 && j + c < t->columns; c++)
    UNROLL for (int v = 0; v < vectors; v++)
      for (size_t lane = 0; lane < kernels_lanes; lane++)
        KERNEL(product_number)(t, i + v * kernels_lanes + lane, j + c, sum[v][c][lane]);
}

// Returns how many rows are done: whole vectors.
static size_t KERNEL(product_across)(const kernels_product_task *t) {
  size_t i = 0;
  for (; i + 64 <= t->rows; i += 64)
    for (size_t j = 0; j < t->columns; j += 2) KERNEL(product_across_block)(t, i, j, 4);
  for (; i + 16 <= t->rows; i += 16)
    for (size_t j = 0; j < t->columns; j += 2) KERNEL(product_across_block)(t, i, j, 1);
  return i;
}

// MARK: Product

static void KERNEL(product)(const kernels_product_task *task) {
  kernels_product_task rest = *task;
  const kernels_product_task *t = &rest;
  if (t->columns <= 4 && !t->slope && t->a_row == 1) {
    size_t done = KERNEL(product_across)(t);
    rest.rows -= done;
    rest.a += done;
    rest.out += done * t->out_row;
    if (t->added) rest.added += done * t->added_row;
  } else if (t->columns <= 4 && !t->slope) {
    KERNEL(product_narrow)(t);
    return;
  }
  size_t j = 0;
  if (TALL_4 > 1)
    for (; j + 48 < t->columns; j += 64) KERNEL(product_columns)(t, j, 4, TALL_4);
  if (TALL_2 > 3)
    for (; j + 16 < t->columns; j += 32) KERNEL(product_columns)(t, j, 2, TALL_2);
  for (; j < t->columns; j += 16) KERNEL(product_columns)(t, j, 1, TALL_1);
}
