#include "vector_math.h"

// Ten rounds on sixteen counters. The words of even and odd lanes go apart, each in the low half of a
// 64-bit lane: that is where a processor multiplies 32 bits by 32, and what the high halves hold does
// no harm until the end.
INLINE void KERNEL(philox)(v16u c[4], uint64_t seed) {
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  v8l e[4], o[4];
  UNROLL for (int w = 0; w < 4; w++) e[w] = (v8l)c[w], o[w] = (v8l)c[w] >> 32;
#define ROUND(x)                                                              \
  do {                                                                        \
    v8l product0 = (x[0] & 0xffffffffu) * 0xD2511F53u;                        \
    v8l product1 = (x[2] & 0xffffffffu) * 0xCD9E8D57u;                        \
    x[0] = (product1 >> 32) ^ x[1] ^ key0;                                    \
    x[1] = product1;                                                          \
    x[2] = (product0 >> 32) ^ x[3] ^ key1;                                    \
    x[3] = product0;                                                          \
  } while (0)
  UNROLL for (int round = 0; round < 10; round++) {
    ROUND(e);
    ROUND(o);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
#undef ROUND
  UNROLL for (int w = 0; w < 4; w++) c[w] = (v16u)((e[w] & 0xffffffffu) | (o[w] << 32));
}

// Uniform in (0, 1) from 32 bits, rounded once: both halves convert exactly, and the products are
// exact.
INLINE v16f KERNEL(uniform)(v16u word) {
  v16f high = __builtin_convertvector((v16i)(word >> 16), v16f);
  v16f low = __builtin_convertvector((v16i)(word & 0xffff), v16f);
  return MAD(high, SPLAT(0x1p-16f), MAD(low, SPLAT(0x1p-32f), SPLAT(0x1p-33f)));
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
  v16u block, low, high;
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
  v16u c[4] = {counters->block, draw - (v16u){0}, counters->low, counters->high};
  KERNEL(philox)(c, seed);
  if (normal) {
    v16f n[4];
    KERNEL(box_muller)(c[0], c[1], &n[0], &n[1]);
    KERNEL(box_muller)(c[2], c[3], &n[2], &n[3]);
    memcpy(c, n, sizeof n);
  }
  KERNEL(interleave)(c, (v16u_any *)out);
}

static const v16u KERNEL(places) = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Sixteen blocks at a time, over the rows laid end to end.
INLINE void KERNEL(fill_long)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                              uint64_t seed, uint8_t purpose, uint32_t draw, int normal) {
  KERNEL(counters) counters = {0};
  size_t blocks = (words + 3) / 4, total = count * blocks, row = 0, block = 0;
  for (size_t base = 0; base < total; base += kernels_lanes) {
    size_t lanes = total - base < kernels_lanes ? total - base : kernels_lanes;
    size_t first = row, start = block;
    if (block + kernels_lanes < blocks) {
      uint64_t sample = samples[row];
      counters.block = (uint32_t)block + KERNEL(places);
      counters.low = (uint32_t)sample - (v16u){0};
      counters.high = ((uint32_t)(sample >> 32) | (uint32_t)purpose << 24) - (v16u){0};
      block += kernels_lanes;
    } else {
      for (size_t lane = 0; lane < lanes; lane++) {
        KERNEL(count)(&counters, lane, block, samples[row], purpose);
        if (++block == blocks) block = 0, row++;
      }
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

// Whether `length` samples follow one another.
INLINE int KERNEL(in_order)(const uint64_t *samples, size_t length) {
  v8l count = {0, 1, 2, 3, 4, 5, 6, 7}, off = {0};
  for (size_t i = 0; i < length; i += 8)
    off |= *(const v8l_any *)(samples + i) ^ (samples[0] + i + count);
  return !__builtin_reduce_or(off);
}

// Rows of one or two coordinates in any order, as many as sixteen blocks hold; returns how many.
INLINE size_t KERNEL(fill_any)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                               uint64_t seed, uint8_t purpose, uint32_t draw) {
  KERNEL(counters) counters = {0};
  size_t shift = words == 1 ? 2 : 1, mask = 4 / words - 1, lanes = 0, row = 0;
  size_t places[4 * kernels_lanes];
  uint64_t block = 0;
  for (; row < count && row < 4 * kernels_lanes; row++) {
    if (lanes == 0 || samples[row] >> shift != block) {
      if (lanes == kernels_lanes) break;
      block = samples[row] >> shift;
      KERNEL(count)(&counters, lanes++, words - 3, block, purpose);
    }
    places[row] = 4 * (lanes - 1) + (samples[row] & mask) * words;
  }
  uint32_t kept[4 * kernels_lanes];
  KERNEL(blocks)(&counters, seed, draw, 1, kept);
  for (size_t r = 0; r < row; r++) memcpy(out + r * words, kept + places[r], words * sizeof *out);
  return row;
}

// Normals of one or two coordinates: consecutive samples share a block, whose first counter is one
// that no longer row reaches.
INLINE void KERNEL(fill_short)(uint32_t *out, size_t count, const size_t words,
                               const uint64_t *samples, uint64_t seed, uint8_t purpose,
                               uint32_t draw) {
  const size_t share = 4 / words, whole = kernels_lanes * share;
  for (size_t row = 0; row < count;) {
    const uint64_t *own = samples + row;
    size_t rest = own[0] % share;
    if (rest == 0 && count - row >= whole && KERNEL(in_order)(own, whole)) {
      v16l block = own[0] / share + __builtin_convertvector(KERNEL(places), v16l);
      KERNEL(counters) counters = {
          (uint32_t)(words - 3) - (v16u){0}, __builtin_convertvector(block, v16u),
          __builtin_convertvector(block >> 32, v16u) | (uint32_t)purpose << 24};
      KERNEL(blocks)(&counters, seed, draw, 1, out + row * words);
      row += whole;
      continue;
    }
    // Up to the next block where samples are in order.
    size_t most = rest && share - rest < count - row ? share - rest : count - row;
    row += KERNEL(fill_any)(out + row * words, most, words, own, seed, purpose, draw);
  }
}

static void KERNEL(words)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                          uint64_t seed, uint8_t purpose, uint32_t draw) {
  KERNEL(fill_long)(out, count, words, samples, seed, purpose, draw, 0);
}

static void KERNEL(normals)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                            uint64_t seed, uint8_t purpose, uint32_t draw) {
  if (words == 1)
    KERNEL(fill_short)(out, count, 1, samples, seed, purpose, draw);
  else if (words == 2)
    KERNEL(fill_short)(out, count, 2, samples, seed, purpose, draw);
  else
    KERNEL(fill_long)(out, count, words, samples, seed, purpose, draw, 1);
}
