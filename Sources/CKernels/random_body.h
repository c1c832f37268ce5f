#include "vector_math.h"

// The high and low halves of a 32 x 32 bit product.
INLINE void KERNEL(multiply)(v16u a, uint64_t b, v16u *high, v16u *low) {
  v16l product = __builtin_convertvector(a, v16l) * b;
  *high = __builtin_convertvector(product >> 32, v16u);
  *low = __builtin_convertvector(product, v16u);
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
  v16f t2 = t * t;
  v16f sine = SPLAT(1.0f / 362880);
  sine = MAD(sine, t2, SPLAT(-1.0f / 5040));
  sine = MAD(sine, t2, SPLAT(1.0f / 120));
  sine = MAD(sine, t2, SPLAT(-1.0f / 6));
  sine = MAD(sine * t2, t, t);
  v16f cosine = SPLAT(-1.0f / 3628800);
  cosine = MAD(cosine, t2, SPLAT(1.0f / 40320));
  cosine = MAD(cosine, t2, SPLAT(-1.0f / 720));
  cosine = MAD(cosine, t2, SPLAT(1.0f / 24));
  cosine = MAD(cosine, t2, SPLAT(-0.5f));
  cosine = MAD(cosine, t2, SPLAT(1.0f));
  // Quarter turns: (c, s), (-s, c), (-c, -s), (s, -c).
  v16i odd = -(v16i)(quarter & 1);
  v16u sign_first = ((quarter + 1) & 2) << 30;
  v16u sign_second = (quarter & 2) << 30;
  v16i c = ((v16i)cosine & ~odd) | ((v16i)sine & odd);
  v16i s = ((v16i)sine & ~odd) | ((v16i)cosine & odd);
  *first = radius * (v16f)((v16u)c ^ sign_first);
  *second = radius * (v16f)((v16u)s ^ sign_second);
}

// Sixteen consecutive blocks of four words at a time, over the rows laid end to end.
INLINE void KERNEL(fill)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                         uint64_t seed, uint8_t purpose, uint32_t draw, int normal) {
  size_t blocks = (words + 3) / 4, total = count * blocks;
  size_t row = 0, block = 0;
  for (size_t base = 0; base < total; base += kernels_lanes) {
    v16u c[4] = {{0}, draw - (v16u){0}, {0}, {0}};
    uint32_t *target[kernels_lanes];
    size_t wanted[kernels_lanes];
    size_t lanes = total - base < kernels_lanes ? total - base : kernels_lanes;
    for (size_t lane = 0; lane < lanes; lane++) {
      c[0][lane] = (uint32_t)block;
      c[2][lane] = (uint32_t)samples[row];
      c[3][lane] = (uint32_t)(samples[row] >> 32) | (uint32_t)purpose << 24;
      target[lane] = out + row * words + 4 * block;
      wanted[lane] = words - 4 * block < 4 ? words - 4 * block : 4;
      if (++block == blocks) block = 0, row++;
    }
    KERNEL(philox)(c, seed);
    if (normal) {
      v16f n[4];
      KERNEL(box_muller)(c[0], c[1], &n[0], &n[1]);
      KERNEL(box_muller)(c[2], c[3], &n[2], &n[3]);
      memcpy(c, n, sizeof n);
    }
    uint32_t words_of[4][kernels_lanes];
    memcpy(words_of, c, sizeof words_of);
    for (size_t lane = 0; lane < lanes; lane++)
      for (size_t w = 0; w < wanted[lane]; w++) target[lane][w] = words_of[w][lane];
  }
}

static void KERNEL(words)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                          uint64_t seed, uint8_t purpose, uint32_t draw) {
  KERNEL(fill)(out, count, words, samples, seed, purpose, draw, 0);
}

static void KERNEL(normals)(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                            uint64_t seed, uint8_t purpose, uint32_t draw) {
  KERNEL(fill)(out, count, words, samples, seed, purpose, draw, 1);
}
