// Rows of data, held as numbers or as codes of levels. Included by kernel bodies after
// vector_math.h.

typedef uint8_t v16b_any __attribute__((vector_size(16), aligned(1), may_alias));

// What sixteen codes stand for: n / parts rounded once, which with n exact a fused remainder does
// without a division (Markstein).
INLINE v16f KERNEL(level)(v16f code, kernels_levels levels) {
  v16f n = MAD(code, SPLAT(levels.slope), SPLAT(levels.start));
#if FUSED
  float inverse = 1 / levels.parts;
  v16f value = n * inverse;
  return MAD(MAD(-value, SPLAT(levels.parts), n), SPLAT(inverse), value);
#else
  return n / levels.parts;
#endif
}

INLINE v16f KERNEL(codes_lanes)(const uint8_t *codes, kernels_levels levels) {
  v16i code = __builtin_convertvector(*(const v16b_any *)codes, v16i);
  return KERNEL(level)(__builtin_convertvector(code, v16f), levels);
}

// One number of a row. What has codes has no center.
INLINE float KERNEL(data_number)(const kernels_cloud *cloud, size_t row, size_t i, int coded) {
  size_t at = row * cloud->dimension + i;
  if (!coded) return cloud->values[at];
  return KERNEL(level)(SPLAT((float)cloud->codes[at]), cloud->levels)[0];
}

// Sixteen numbers of a row from coordinate i on.
INLINE v16f KERNEL(data_lanes)(const kernels_cloud *cloud, size_t row, size_t i, int coded) {
  size_t at = row * cloud->dimension + i;
  return coded ? KERNEL(codes_lanes)(cloud->codes + at, cloud->levels)
               : *(const v16f_any *)(cloud->values + at);
}

// The same of the `left` that there are, zeros beyond.
INLINE v16f KERNEL(data_rest)(const kernels_cloud *cloud, size_t row, size_t i, size_t left,
                              int coded) {
  v16f value = {0};
  if (!coded) memcpy(&value, cloud->values + row * cloud->dimension + i, left * sizeof(float));
  for (size_t j = 0; coded && j < left; j++)
    value[j] = KERNEL(data_number)(cloud, row, i + j, coded);
  return value;
}

INLINE void KERNEL(decode_rows)(const kernels_cloud *cloud, size_t first, size_t last,
                                float *values) {
  size_t d = cloud->dimension;
  for (size_t row = first; row < last; row++, values += d) {
    size_t i = 0;
    for (; i + kernels_lanes <= d; i += kernels_lanes)
      *(v16f_any *)(values + i) = KERNEL(data_lanes)(cloud, row, i, 1);
    for (; i < d; i++) values[i] = KERNEL(data_number)(cloud, row, i, 1);
  }
}

// Rows from `first` on as numbers: where they lie, or written to `room`.
INLINE const float *KERNEL(data_rows)(const kernels_cloud *cloud, size_t first, size_t rows,
                                      float *room) {
  if (!cloud->codes) return cloud->values + first * cloud->dimension;
  KERNEL(decode_rows)(cloud, first, first + rows, room);
  return room;
}

// Where the numbers of `row` begin, to be asked for ahead: rows far apart look like nothing to the
// processor.
INLINE const void *KERNEL(ahead)(const kernels_cloud *cloud, size_t row, size_t i, int coded) {
  size_t at = (row + kernels_block_rows) * cloud->dimension + i;
  return coded ? (const void *)(cloud->codes + at) : cloud->values + at;
}
