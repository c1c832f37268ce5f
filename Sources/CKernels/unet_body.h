#include "vector_math.h"
#include "vector_rows.h"

// MARK: Patches

// Whole vectors without a branch in between where there are no others. Of one or three numbers,
// as first and last layers have them, one by one.
INLINE void KERNEL(copy_line)(float *to, const float *from, size_t count) {
  if (count % kernels_lanes == 0)
    for (size_t j = 0; j < count; j += kernels_lanes)
      *(v16f_any *)(to + j) = *(const v16f_any *)(from + j);
  else if (count < 8)
    for (size_t j = 0; j < count; j++) to[j] = from[j];
  else
    for (size_t j = 0; j < count; j += kernels_lanes)
      KERNEL(store)(to + j, KERNEL(load)(from + j, count - j), count - j);
}

static void KERNEL(patches)(const kernels_patches_task *t) {
  ptrdiff_t width = (ptrdiff_t)t->width, height = (ptrdiff_t)t->height;
  ptrdiff_t place = (ptrdiff_t)(t->first % (t->width * t->height));
  ptrdiff_t y = place / width, x = place % width, sign = t->mirrored ? -1 : 1;
  size_t columns = t->columns;
  // Three pixels in a line follow one another.
  int joined = !t->mirrored && t->x_row == columns;
  for (size_t i = 0; i < t->rows; i++) {
    const float *center = t->x + (t->first + i) * t->x_row;
    float *to = t->out + i * t->out_row;
    for (ptrdiff_t dy = -sign; dy != 2 * sign; dy += sign) {
      int inside = y + dy >= 0 && y + dy < height;
      if (inside && joined && x > 0 && x + 1 < width) {
        KERNEL(copy_line)(to, center + (dy * width - 1) * (ptrdiff_t)columns, 3 * columns);
        to += 3 * columns;
        continue;
      }
      for (ptrdiff_t dx = -sign; dx != 2 * sign; dx += sign, to += columns) {
        if (!inside || x + dx < 0 || x + dx >= width)
          for (size_t j = 0; j < columns; j++) to[j] = 0;
        else
          KERNEL(copy_line)(to, center + (dy * width + dx) * (ptrdiff_t)t->x_row, columns);
      }
    }
    if (++x < width) continue;
    x = 0;
    if (++y == height) y = 0;
  }
}

// MARK: Normalisation

// Every number of a group becomes the group's sum, times scale.
INLINE void KERNEL(share_groups)(float *values, size_t columns, size_t groups, double scale) {
  size_t size = columns / groups;
  for (size_t group = 0; group < groups; group++, values += size) {
    double sum = 0;
    for (size_t c = 0; c < size; c++) sum += values[c];
    for (size_t c = 0; c < size; c++) values[c] = (float)(sum * scale);
  }
}

static void KERNEL(norm)(const kernels_norm_task *t) {
  double scale = (double)t->groups / ((double)t->pixels * (double)t->columns);
  for (size_t n = 0; n < t->images; n++) {
    const float *x = t->x + n * t->pixels * t->x_row;
    float *out = t->out + n * t->pixels * t->out_row;
    float *mean = t->stats + 2 * n * t->stats_row, *inverse = mean + t->stats_row;
    for (size_t j = 0; j < t->columns; j += kernels_lanes) {
      size_t rest = t->columns - j;
      v16f sum = {0};
      for (size_t i = 0; i < t->pixels; i++) sum += KERNEL(load)(x + i * t->x_row + j, rest);
      KERNEL(store)(mean + j, sum, rest);
    }
    KERNEL(share_groups)(mean, t->columns, t->groups, scale);
    // The squares in a second pass: the difference of two moments would lose the digits.
    for (size_t j = 0; j < t->columns; j += kernels_lanes) {
      size_t rest = t->columns - j;
      v16f sum = {0}, m = KERNEL(load)(mean + j, rest);
      for (size_t i = 0; i < t->pixels; i++) {
        v16f away = KERNEL(load)(x + i * t->x_row + j, rest) - m;
        sum = MAD(away, away, sum);
      }
      KERNEL(store)(inverse + j, sum, rest);
    }
    KERNEL(share_groups)(inverse, t->columns, t->groups, scale);
    for (size_t j = 0; j < t->columns; j += kernels_lanes) {
      size_t rest = t->columns - j;
      v16f m = KERNEL(load)(mean + j, rest);
      v16f r = 1.0f / __builtin_elementwise_sqrt(KERNEL(load)(inverse + j, rest) + t->epsilon);
      KERNEL(store)(inverse + j, r, rest);
      v16f gain = KERNEL(load)(t->gain + j, rest), bias = KERNEL(load)(t->bias + j, rest);
      for (size_t i = 0; i < t->pixels; i++) {
        v16f slope, unit = (KERNEL(load)(x + i * t->x_row + j, rest) - m) * r;
        v16f y = KERNEL(silu)(MAD(unit, gain, bias), &slope);
        KERNEL(store)(out + i * t->out_row + j, y, rest);
      }
    }
  }
}

// With u = (x - m) r, z = gain u + bias and dz = outer silu'(z):
// dx = r (gain dz - mean(gain dz) - u mean(gain dz u)), means over a group.
static void KERNEL(norm_back)(const kernels_norm_task *t) {
  double scale = (double)t->groups / ((double)t->pixels * (double)t->columns);
  float *first = t->sums, *second = t->sums + t->stats_row;
  for (size_t n = 0; n < t->images; n++) {
    const float *x = t->x + n * t->pixels * t->x_row;
    const float *outer = t->outer + n * t->pixels * t->outer_row;
    float *out = t->out + n * t->pixels * t->out_row;
    const float *mean = t->stats + 2 * n * t->stats_row, *inverse = mean + t->stats_row;
    for (size_t j = 0; j < t->columns; j += kernels_lanes) {
      size_t rest = t->columns - j;
      v16f m = KERNEL(load)(mean + j, rest), r = KERNEL(load)(inverse + j, rest);
      v16f gain = KERNEL(load)(t->gain + j, rest), bias = KERNEL(load)(t->bias + j, rest);
      v16f plain = {0}, along = {0};
      for (size_t i = 0; i < t->pixels; i++) {
        v16f slope, unit = (KERNEL(load)(x + i * t->x_row + j, rest) - m) * r;
        KERNEL(silu)(MAD(unit, gain, bias), &slope);
        v16f dz = KERNEL(load)(outer + i * t->outer_row + j, rest) * slope;
        plain += dz;
        along = MAD(dz, unit, along);
        KERNEL(store)(out + i * t->out_row + j, dz, rest);
      }
      KERNEL(store)(t->bias_gradient + j, KERNEL(load)(t->bias_gradient + j, rest) + plain, rest);
      KERNEL(store)(t->gain_gradient + j, KERNEL(load)(t->gain_gradient + j, rest) + along, rest);
      KERNEL(store)(first + j, gain * plain, rest);
      KERNEL(store)(second + j, gain * along, rest);
    }
    KERNEL(share_groups)(first, t->columns, t->groups, scale);
    KERNEL(share_groups)(second, t->columns, t->groups, scale);
    for (size_t j = 0; j < t->columns; j += kernels_lanes) {
      size_t rest = t->columns - j;
      v16f m = KERNEL(load)(mean + j, rest), r = KERNEL(load)(inverse + j, rest);
      v16f gain = KERNEL(load)(t->gain + j, rest);
      v16f a = KERNEL(load)(first + j, rest), b = KERNEL(load)(second + j, rest);
      for (size_t i = 0; i < t->pixels; i++) {
        float *to = out + i * t->out_row + j;
        v16f unit = (KERNEL(load)(x + i * t->x_row + j, rest) - m) * r;
        v16f value = r * (gain * KERNEL(load)(to, rest) - a - unit * b);
        if (t->added)
          value += KERNEL(load)(t->added + (n * t->pixels + i) * t->added_row + j, rest);
        KERNEL(store)(to, value, rest);
      }
    }
  }
}

// MARK: Sizes

// Rows 2y and 2y + 1 of all pictures follow one another: a batch is one tall picture here.
static void KERNEL(pool)(const kernels_resize_task *t) {
  size_t line = t->width * t->from_row, half = t->width / 2;
  for (size_t y = 0; y < t->images * t->height / 2; y++)
    for (size_t x = 0; x < half; x++) {
      const float *from = t->from + (2 * y * t->width + 2 * x) * t->from_row;
      float *to = t->to + (y * half + x) * t->to_row;
      for (size_t j = 0; j < t->columns; j += kernels_lanes, from += kernels_lanes) {
        size_t rest = t->columns - j;
        v16f upper = KERNEL(load)(from, rest) + KERNEL(load)(from + t->from_row, rest);
        v16f lower =
            KERNEL(load)(from + line, rest) + KERNEL(load)(from + line + t->from_row, rest);
        KERNEL(store)(to + j, t->factor * (upper + lower), rest);
      }
    }
}

static void KERNEL(spread)(const kernels_resize_task *t) {
  for (size_t y = 0; y < t->images * t->height; y++)
    for (size_t x = 0; x < t->width; x++) {
      size_t pixel = y * t->width + x;
      const float *from = t->from + (y / 2 * (t->width / 2) + x / 2) * t->from_row;
      for (size_t j = 0; j < t->columns; j += kernels_lanes) {
        size_t rest = t->columns - j;
        v16f value = t->factor * KERNEL(load)(from + j, rest);
        if (t->added) value += KERNEL(load)(t->added + pixel * t->added_row + j, rest);
        KERNEL(store)(t->to + pixel * t->to_row + j, value, rest);
      }
    }
}

static void KERNEL(copy)(const float *from, size_t from_row, size_t rows, size_t columns,
                         float *to, size_t to_row) {
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j += kernels_lanes)
      KERNEL(store)(to + i * to_row + j, KERNEL(load)(from + i * from_row + j, columns - j),
                    columns - j);
}

// MARK: One row a picture

static void KERNEL(add_by_image)(float *x, size_t x_row, size_t images, size_t pixels,
                                 size_t columns, const float *rows, size_t rows_row) {
  for (size_t n = 0; n < images; n++)
    for (size_t j = 0; j < columns; j += kernels_lanes) {
      v16f added = KERNEL(load)(rows + n * rows_row + j, columns - j);
      for (size_t i = n * pixels; i < (n + 1) * pixels; i++) {
        float *to = x + i * x_row + j;
        KERNEL(store)(to, KERNEL(load)(to, columns - j) + added, columns - j);
      }
    }
}

static void KERNEL(sum_by_image)(const float *x, size_t x_row, size_t images, size_t pixels,
                                 size_t columns, float *rows, size_t rows_row) {
  for (size_t n = 0; n < images; n++)
    for (size_t j = 0; j < columns; j += kernels_lanes) {
      v16f sum = {0};
      for (size_t i = n * pixels; i < (n + 1) * pixels; i++)
        sum += KERNEL(load)(x + i * x_row + j, columns - j);
      KERNEL(store)(rows + n * rows_row + j, sum, columns - j);
    }
}
