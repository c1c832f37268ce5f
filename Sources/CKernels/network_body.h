#include "vector_math.h"
#include "vector_rows.h"
#include "layer_products.h"

// MARK: Elementwise

// Number (r, c) of a square goes to row 2 (r mod 8) + c / 8, column 2 (c mod 8) + r / 8: the bits
// of r and c in one word move up by one. After four times r and c have changed places.
INLINE void KERNEL(transpose_square)(const float *from, size_t from_row, float *to,
                                     size_t to_row) {
  v16f rows[16], next[16];
  UNROLL for (int r = 0; r < 16; r++) rows[r] = *(const v16f_any *)(from + r * from_row);
  UNROLL for (int round = 0; round < 4; round++) {
    UNROLL for (int r = 0; r < 8; r++) {
      v16f a = rows[r], b = rows[r + 8];
      next[2 * r] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22,
                                            7, 23);
      next[2 * r + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                                29, 14, 30, 15, 31);
    }
    UNROLL for (int r = 0; r < 16; r++) rows[r] = next[r];
  }
  UNROLL for (int r = 0; r < 16; r++) *(v16f_any *)(to + r * to_row) = rows[r];
}

static void KERNEL(transpose)(const float *from, size_t rows, size_t columns, size_t from_row,
                              float *to, size_t to_row) {
  for (size_t i = 0; i < rows; i += 16)
    for (size_t j = 0; j < columns; j += 16)
      if (i + 16 <= rows && j + 16 <= columns)
        KERNEL(transpose_square)(from + i * from_row + j, from_row, to + j * to_row + i, to_row);
      else
        for (size_t r = i; r < rows && r < i + 16; r++)
          for (size_t c = j; c < columns && c < j + 16; c++)
            to[c * to_row + r] = from[r * from_row + c];
}

// A column's sum runs down the rows in order; several side by side do not wait for each other.
INLINE void KERNEL(slope_columns)(const float *outer, size_t outer_row, const float *slope,
                                  size_t slope_row, size_t rows, size_t columns, float *inner,
                                  size_t inner_row, float *bias, const int vectors) {
  v16f sum[4];
  UNROLL for (int v = 0; v < vectors; v++) sum[v] = KERNEL(load)(bias + v * kernels_lanes, columns);
  for (size_t i = 0; i < rows; i++)
    UNROLL for (int v = 0; v < vectors; v++) {
      size_t j = v * kernels_lanes;
      v16f value = KERNEL(load)(outer + i * outer_row + j, columns);
      if (slope) value *= KERNEL(load)(slope + i * slope_row + j, columns);
      if (inner) KERNEL(store)(inner + i * inner_row + j, value, columns);
      sum[v] += value;
    }
  UNROLL for (int v = 0; v < vectors; v++) KERNEL(store)(bias + v * kernels_lanes, sum[v], columns);
}

// inner = outer * slope, and bias += the sum of its rows.
static void KERNEL(through_slope)(const float *outer, size_t outer_row, const float *slope,
                                  size_t slope_row, size_t rows, size_t columns, float *inner,
                                  size_t inner_row, float *bias) {
  size_t j = 0;
  for (; j + 64 <= columns; j += 64)
    KERNEL(slope_columns)(outer + j, outer_row, slope ? slope + j : NULL, slope_row, rows, 64,
                          inner ? inner + j : NULL, inner_row, bias + j, 4);
  for (; j < columns; j += kernels_lanes)
    KERNEL(slope_columns)(outer + j, outer_row, slope ? slope + j : NULL, slope_row, rows,
                          columns - j, inner ? inner + j : NULL, inner_row, bias + j, 1);
}

// out[row][k] = sin(2 pi f_k x), out[row][count + k] = cos(2 pi f_k x): the nearest quarter turn
// is taken away first, so that digits of the angle remain.
static void KERNEL(waves)(const float *x, size_t x_row, size_t rows, const float *frequencies,
                          size_t count, float *out, size_t out_row) {
  for (size_t k = 0; k < count; k++)
    for (size_t i = 0; i < rows; i += kernels_lanes) {
      size_t lanes = rows - i < kernels_lanes ? rows - i : kernels_lanes;
      v16f turns = {0}, sine, cosine;
      for (size_t lane = 0; lane < lanes; lane++) turns[lane] = x[(i + lane) * x_row];
      turns *= frequencies[k];
      v16f quarters = (turns * 4.0f + 12582912.0f) - 12582912.0f;
      v16i quarter = __builtin_convertvector(quarters, v16i);
      KERNEL(sine_cosine)(MAD(quarters, SPLAT(-0.25f), turns) * 6.28318531f, &sine, &cosine);
      KERNEL(turn)((v16u)quarter, &cosine, &sine);
      for (size_t lane = 0; lane < lanes; lane++) {
        out[(i + lane) * out_row + k] = sine[lane];
        out[(i + lane) * out_row + count + k] = cosine[lane];
      }
    }
}

// MARK: Loss

// Row by row: a clean point, less the centre; plus sigma times its normals; what the network sees.
static void KERNEL(noised)(const kernels_noised_task *t) {
  for (size_t i = 0; i < t->rows; i++) {
    size_t d = t->dimension, j = 0;
    const float *clean = t->clean + (size_t)t->picks[i] * d, *noise = t->normals + i * t->normals_row;
    float *label = t->label + i * d, *x = t->x + i * d, *input = t->input + i * t->input_row;
    float sigma = t->sigma[i], factor = t->factor[i];
    for (; j + kernels_lanes <= d; j += kernels_lanes) {
      v16f point = *(const v16f_any *)(clean + j) - *(const v16f_any *)(t->center + j);
      v16f noised = point + sigma * *(const v16f_any *)(noise + j);
      *(v16f_any *)(label + j) = point;
      *(v16f_any *)(x + j) = noised;
      *(v16f_any *)(input + j) = factor * noised;
    }
    _Pragma("clang loop vectorize(disable)") for (; j < d; j++) {
      float point = clean[j] - t->center[j];
      float noised = point + sigma * noise[j];
      label[j] = point;
      x[j] = noised;
      input[j] = factor * noised;
    }
  }
}

// r = F - T with T = (label - skip x) / scale; loss = w |r|^2, or 2 w c (sqrt(|r|^2 + c^2) - c)
// where a Huber width c > 0 is given, which is |r|^2 near zero; gradient = factor dloss/dF. A point
// of the plane is no part of a vector: its two numbers go one by one.
static void KERNEL(residuals)(const kernels_residual_task *t) {
  for (size_t i = 0; i < t->rows; i++) {
    size_t d = t->dimension, j = 0;
    const float *output = t->output + i * t->output_row, *x = t->x + i * d;
    const float *label = t->label + i * d;
    float *gradient = t->gradient + i * t->gradient_row;
    float inverse = 1 / t->scale[i], skip = t->skip[i];
    v16f squares = {0};
    for (; j + kernels_lanes <= d; j += kernels_lanes) {
      v16f away = MAD(SPLAT(-skip), *(const v16f_any *)(x + j), *(const v16f_any *)(label + j));
      v16f r = *(const v16f_any *)(output + j) - away * inverse;
      squares = MAD(r, r, squares);
      *(v16f_any *)(gradient + j) = r;
    }
    float lanes[kernels_lanes];
    memcpy(lanes, &squares, sizeof lanes);
    _Pragma("clang loop vectorize(disable)") for (size_t lane = 0; j + lane < d; lane++) {
      float away = KERNEL(mad_1)(-skip, x[j + lane], label[j + lane]);
      float r = output[j + lane] - away * inverse;
      lanes[lane] = KERNEL(mad_1)(r, r, lanes[lane]);
      gradient[j + lane] = r;
    }
    double square = 0, weight = t->weight[i], width = t->huber[i];
    for (size_t lane = 0; lane < kernels_lanes && lane < d; lane++) square += lanes[lane];
    double root = width > 0 ? __builtin_sqrt(square + width * width) : 0;
    t->loss[i] = width > 0 ? 2 * weight * width * (square / (root + width)) : weight * square;
    float slope = (float)(2 * weight * t->factor * (width > 0 ? width / root : 1));
    for (j = 0; j + kernels_lanes <= d; j += kernels_lanes)
      *(v16f_any *)(gradient + j) = slope * *(const v16f_any *)(gradient + j);
    _Pragma("clang loop vectorize(disable)") for (; j < d; j++) gradient[j] = slope * gradient[j];
  }
}

// MARK: Steps of the optimiser

// sum = parts[0] + parts[1] + ..., in this order; returns |sum|^2.
static double KERNEL(sum_parts)(const float *parts, size_t count, size_t stride, size_t length,
                                float *sum) {
  v16d squares = {0};
  for (size_t i = 0; i < length; i += kernels_lanes) {
    v16f value = KERNEL(load)(parts + i, length - i);
    for (size_t part = 1; part < count; part++)
      value += KERNEL(load)(parts + part * stride + i, length - i);
    KERNEL(store)(sum + i, value, length - i);
    v16d wide = __builtin_convertvector(value, v16d);
    squares = MAD_D(wide, wide, squares);
  }
  double total = 0;
  for (int lane = 0; lane < kernels_lanes; lane++) total += squares[lane];
  return total;
}

// Adam with decoupled decay: m and v move towards g and g^2, p -= rate m / (sqrt(v) + epsilon) +
// decay p; the corrections for the start of m and v are in rate and epsilon.
static void KERNEL(adam)(const kernels_adam_task *t) {
  for (size_t i = 0; i < t->length; i += kernels_lanes) {
    size_t rest = t->length - i;
    v16f g = KERNEL(load)(t->gradient + i, rest) * t->clip;
    v16f m = KERNEL(load)(t->first + i, rest), v = KERNEL(load)(t->second + i, rest);
    v16f p = KERNEL(load)(t->parameters + i, rest);
    m = MAD(SPLAT(t->first_share), g - m, m);
    v = MAD(SPLAT(t->second_share), g * g - v, v);
    v16f step = t->rate * m / (__builtin_elementwise_sqrt(v) + t->epsilon);
    p = MAD(SPLAT(-t->decay), p, p) - step;
    KERNEL(store)(t->first + i, m, rest);
    KERNEL(store)(t->second + i, v, rest);
    KERNEL(store)(t->parameters + i, p, rest);
  }
}

// mean += share (x - mean).
static void KERNEL(approach)(float *mean, const float *x, float share, size_t length) {
  for (size_t i = 0; i < length; i += kernels_lanes) {
    v16f value = KERNEL(load)(mean + i, length - i);
    value = MAD(SPLAT(share), KERNEL(load)(x + i, length - i) - value, value);
    KERNEL(store)(mean + i, value, length - i);
  }
}
