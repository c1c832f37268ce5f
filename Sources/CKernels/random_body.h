#include "vector_math.h"

// The high and low halves of a 32 x 32 bit product. Even and odd lanes apart: a processor
// multiplies the low halves of 64-bit lanes.
INLINE void KERNEL(multiply)(v16u a, uint64_t b, v16u *high, v16u *low) {
  v8l even = ((v8l)a & 0xffffffffu) * b, odd = ((v8l)a >> 32) * b;
  *high = (v16u)((even >> 32) | (odd & 0xffffffff00000000u));
  *low = (v16u)((even & 0xffffffffu) | (odd << 32));
}

INLINE void KERNEL(philox)(v16u c[4], uint64_t seed) {
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    v16u high0, low0, high1, low1;
    KERNEL(multiply)(c[0], 0xD2511F53u, &high0, &low0);
    KERNEL(multiply)(c[2], 0xCD9E8D57u, &high1, &low1);
    v16u c1 = c[1], c3 = c[3];
    c[0] = high1 ^ c1 ^ key0;
    c[1] = low1;
    c[2] = high0 ^ c3 ^ key1;
    c[3] = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

// Uniform in (0, 1) from 32 bits, rounded once: both halves convert exactly.
INLINE v16f KERNEL(uniform)(v16u word) {
  v16f high = __builtin_convertvector((v16i)(word >> 16), v16f);
  v16f low = __builtin_convertvector((v16i)(word & 0xffff), v16f);
  return high * 0x1p-16f + (low + 0.5f) * 0x1p-32f;
}

// Box-Muller; the angle 2 pi word / 2^32 is split into a quarter turn and a rest within pi/4.
INLINE void KERNEL(box_muller)(v16u radius_word, v16u angle_word, v16f *first, v16f *second) {
  v16f radius = __builtin_elementwise_sqrt(-2.0f * KERNEL(log)(KERNEL(uniform)(radius_word)));
  v16u quarter = (angle_word + 0x20000000u) >> 30;
  v16i rest = (v16i)(angle_word - (quarter << 30));
  v16f t = __builtin_convertvector(rest, v16f) * 1.46291807926715968e-9f;  // pi / 2^31
  v16f sine, cosine;
  KERNEL(sine_cosine)(t, &sine, &cosine);
  KERNEL(turn)(quarter, &cosine, &sine);
  *first = radius * cosine;
  *second = radius * sine;
}

// Sixteen blocks of four words, one after the other.
INLINE void KERNEL(interleave)(const v16u c[4], v16u_any out[4]) {
#define LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define PAIRS_LOW(a, b) \
  (v16u) __builtin_shufflevector((v8l)a, (v8l)b, 0, 8, 1, 9, 2, 10, 3, 11)
#define PAIRS_HIGH(a, b) \
  (v16u) __builtin_shufflevector((v8l)a, (v8l)b, 4, 12, 5, 13, 6, 14, 7, 15)
  v16u low = LOW(c[0], c[1]), next_low = LOW(c[2], c[3]);
  v16u high = HIGH(c[0], c[1]), next_high = HIGH(c[2], c[3]);
  out[0] = PAIRS_LOW(low, next_low);
  out[1] = PAIRS_HIGH(low, next_low);
  out[2] = PAIRS_LOW(high, next_high);
  out[3] = PAIRS_HIGH(high, next_high);
#undef LOW
#undef HIGH
#undef PAIRS_LOW
#undef PAIRS_HIGH
}

// What differs between the counters of sixteen blocks.
typedef struct {
  uint32_t block[kernels_lanes], low[kernels_lanes], high[kernels_lanes];
} KERNEL(counters);

INLINE void KERNEL(count)(KERNEL(counters) *counters, size_t lane, size_t block, uint64_t sample,
                          uint8_t purpose) {
  counters->block[lane] = (uint32_t)block;
  counters->low[lane] = (uint32_t)sample;
  counters->high[lane] = (uint32_t)(sample >> 32) | (uint32_t)purpose << 24;
}

// The four words of each of sixteen blocks, block after block.
INLINE void KERNEL(blocks)(const KERNEL(counters) *counters, uint64_t seed, uint32_t draw,
                           int normal, uint32_t out[4 * kernels_lanes]) {
  v16u c[4] = {*(const v16u_any *)counters->block, draw - (v16u){0},
               *(const v16u_any *)counters->low, *(const v16u_any *)counters->high};
  KERNEL(philox)(c, seed);
  if (normal) {
    v16f n[4];
    KERNEL(box_muller)(c[0], c[1], &n[0], &n[1]);
    KERNEL(box_muller)(c[2], c[3], &n[2], &n[3]);
    memcpy(c, n, sizeof n);
  }
  KERNEL(interleave)(c, (v16u_any *)out);
}

// Sixteen blocks at a time, over the rows laid end to end.
INLINE void KERNEL(fill_long)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                              uint64_t seed, uint8_t purpose, uint32_t draw, int normal) {
  KERNEL(counters) counters = {0};
  size_t blocks = (words + 3) / 4, total = count * blocks, row = 0, block = 0;
  for (size_t base = 0; base < total; base += kernels_lanes) {
    size_t lanes = total - base < kernels_lanes ? total - base : kernels_lanes;
    size_t first = row, start = block;
    for (size_t lane = 0; lane < lanes; lane++) {
      KERNEL(count)(&counters, lane, block, samples[row], purpose);
      if (++block == blocks) block = 0, row++;
    }
    uint32_t *target = out + first * words + 4 * start;
    // Sixteen whole blocks that lie end to end.
    if (lanes == kernels_lanes && (words % 4 == 0 || 4 * (start + kernels_lanes) <= words)) {
      KERNEL(blocks)(&counters, seed, draw, normal, target);
      continue;
    }
    uint32_t kept[4 * kernels_lanes];
    KERNEL(blocks)(&counters, seed, draw, normal, kept);
    for (size_t lane = 0; lane < lanes; lane++) {
      size_t left = words - 4 * start, wanted = left < 4 ? left : 4;
      for (size_t w = 0; w < wanted; w++) *target++ = kept[4 * lane + w];
      if (++start == blocks) start = 0;
    }
  }
}

// Normals of one or two coordinates: consecutive samples share a block, whose first counter is one
// that no longer row reaches.
INLINE void KERNEL(fill_short)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                               uint64_t seed, uint8_t purpose, uint32_t draw) {
  KERNEL(counters) counters = {0};
  size_t shift = words == 1 ? 2 : 1, mask = 4 / words - 1, row = 0;
  while (row < count) {
    size_t first = row, lanes = 0, places[4 * kernels_lanes];
    uint64_t block = 0;
    int whole = 1;
    for (; row < count && row - first < 4 * kernels_lanes; row++) {
      if (lanes == 0 || samples[row] >> shift != block) {
        if (lanes == kernels_lanes) break;
        block = samples[row] >> shift;
        KERNEL(count)(&counters, lanes++, words - 3, block, purpose);
      }
      size_t place = 4 * (lanes - 1) + (samples[row] & mask) * words;
      places[row - first] = place;
      whole &= place == places[0] + (row - first) * words;
    }
    uint32_t kept[4 * kernels_lanes];
    KERNEL(blocks)(&counters, seed, draw, 1, kept);
    if (whole)
      memcpy(out + first * words, kept + places[0], (row - first) * words * sizeof *out);
    else
      for (size_t r = first; r < row; r++)
        memcpy(out + r * words, kept + places[r - first], words * sizeof *out);
  }
}

static void KERNEL(words)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                          uint64_t seed, uint8_t purpose, uint32_t draw) {
  KERNEL(fill_long)(out, count, words, samples, seed, purpose, draw, 0);
}

static void KERNEL(normals)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                            uint64_t seed, uint8_t purpose, uint32_t draw) {
  if (words <= 2)
    KERNEL(fill_short)(out, count, words, samples, seed, purpose, draw);
  else
    KERNEL(fill_long)(out, count, words, samples, seed, purpose, draw, 1);
}
