#include "vector_math.h"

// NaN where a number is none or infinite, else zero; NaN stays through a sum.
INLINE v16f KERNEL(blemish)(v16f value) { return value - value; }

INLINE v16f KERNEL(term_sum)(const kernels_sum *sum, const int terms, size_t i, int wide) {
  v16f value = {0};
  UNROLL for (int t = 0; t < terms; t++) {
    const float *from = sum->terms[t] + i;
    v16f term = wide ? *(const v16f_any *)from : SPLAT(*from), factor = SPLAT(sum->factors[t]);
    value = t == 0 ? factor * term : MAD(factor, term, value);
  }
  return value;
}

INLINE int KERNEL(combine_terms)(float *out, const kernels_sum *sum, const int terms,
                                 size_t length) {
  v16f blemish = {0};
  size_t i = 0;
  for (; i + kernels_lanes <= length; i += kernels_lanes) {
    v16f value = KERNEL(term_sum)(sum, terms, i, 1);
    blemish += KERNEL(blemish)(value);
    *(v16f_any *)(out + i) = value;
  }
  // The rest goes through the same operations, one lane wide.
  for (; i < length; i++) {
    v16f value = KERNEL(term_sum)(sum, terms, i, 0);
    blemish += KERNEL(blemish)(value);
    out[i] = value[0];
  }
  return !__builtin_reduce_or(blemish != 0.0f);
}

static int KERNEL(combine)(float *out, const kernels_sum *sum, size_t length) {
  int terms = 0;
  while (terms < kernels_most_terms && sum->terms[terms]) terms++;
  switch (terms) {
    case 1: return KERNEL(combine_terms)(out, sum, 1, length);
    case 2: return KERNEL(combine_terms)(out, sum, 2, length);
    case 3: return KERNEL(combine_terms)(out, sum, 3, length);
    case 4: return KERNEL(combine_terms)(out, sum, 4, length);
    default: return KERNEL(combine_terms)(out, sum, 5, length);
  }
}

static size_t KERNEL(first_not_finite)(const float *x, size_t count, size_t dimension) {
  size_t total = count * dimension, i = 0;
  v16f blemish = {0};
  for (; i + kernels_lanes <= total; i += kernels_lanes)
    blemish += KERNEL(blemish)(*(const v16f_any *)(x + i));
  float rest = 0;
  for (; i < total; i++) rest += x[i] - x[i];
  for (int lane = 0; lane < kernels_lanes; lane++) rest += blemish[lane];
  if (rest == 0) return count;
  for (i = 0; i < total; i++)
    if (!(x[i] - x[i] == 0)) return i / dimension;
  return count;
}
