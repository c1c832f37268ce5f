// Codes of sparse rows, 64 at a time, where the processor can move bytes together. Included by
// sparse_rows.h after data_rows.h.

#ifdef COMPRESSES
#include <immintrin.h>
#endif

#ifdef COMPRESSES_BYTES
INLINE __m512i KERNEL(first_bytes)(void) {
  __m512i bytes;
  for (int i = 0; i < 64; i++) ((uint8_t *)&bytes)[i] = (uint8_t)i;
  return bytes;
}

// Up to 64 codes of a row from coordinate i on, the usual one beyond.
INLINE __m512i KERNEL(part_codes)(const kernels_cloud *cloud, size_t row, size_t i,
                                  size_t length) {
  __mmask64 there = length >= 64 ? ~0ull : (1ull << length) - 1;
  return _mm512_mask_loadu_epi8(_mm512_set1_epi8((char)cloud->levels.usual), there,
                                cloud->codes + row * cloud->dimension + i);
}

// Writes the codes that are not usual, and their places, one after the other; returns how many.
// Room for all 64 is needed.
INLINE uint32_t KERNEL(append_codes)(__m512i codes, __m512i places, uint8_t usual, uint8_t *out,
                                     uint8_t *at) {
  __mmask64 some = _mm512_cmpneq_epi8_mask(codes, _mm512_set1_epi8((char)usual));
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(some, codes));
  _mm512_storeu_si512(at, _mm512_maskz_compress_epi8(some, places));
  return (uint32_t)__builtin_popcountll(some);
}

// What codes stand for, less what the usual one does: whole vectors.
INLINE void KERNEL(level_rests)(const uint8_t *codes, size_t count, kernels_levels levels,
                                float *values) {
  v16f usual = KERNEL(level)(SPLAT((float)levels.usual), levels);
  for (size_t n = 0; n < count; n += kernels_lanes)
    *(v16f_any *)(values + n) = KERNEL(codes_lanes)(codes + n, levels) - usual;
}

// Byte r of vector c changes places with byte c of vector r. Rows 4 a + b are turned as squares of
// sixteen words for each b, and then the bytes of four words.
INLINE void KERNEL(turn_bytes)(__m512i rows[64]) {
  v16i square[4][kernels_lanes];
  for (int b = 0; b < 4; b++) {
    UNROLL for (int a = 0; a < kernels_lanes; a++) square[b][a] = (v16i)rows[4 * a + b];
    KERNEL(turn_square)(square[b]);
  }
  // Of a pair of vectors: bytes 0 of every word beside each other, then bytes 1; or bytes 2 and 3.
  __m512i low, high, even, odd;
  for (int i = 0; i < 64; i++) {
    int word = i / 4, byte = i % 4;
    ((uint8_t *)&low)[i] = (uint8_t)(4 * word + byte / 2 + 64 * (byte % 2));
    ((uint8_t *)&high)[i] = (uint8_t)(4 * word + byte / 2 + 2 + 64 * (byte % 2));
    ((uint8_t *)&even)[i] = (uint8_t)(4 * word + byte % 2 + 64 * (byte / 2));
    ((uint8_t *)&odd)[i] = (uint8_t)(4 * word + byte % 2 + 2 + 64 * (byte / 2));
  }
  for (int j = 0; j < kernels_lanes; j++) {
    __m512i t[4];
    UNROLL for (int b = 0; b < 4; b++) t[b] = (__m512i)square[b][j];
    __m512i low_01 = _mm512_permutex2var_epi8(t[0], low, t[1]);
    __m512i high_01 = _mm512_permutex2var_epi8(t[0], high, t[1]);
    __m512i low_23 = _mm512_permutex2var_epi8(t[2], low, t[3]);
    __m512i high_23 = _mm512_permutex2var_epi8(t[2], high, t[3]);
    rows[4 * j] = _mm512_permutex2var_epi8(low_01, even, low_23);
    rows[4 * j + 1] = _mm512_permutex2var_epi8(low_01, odd, low_23);
    rows[4 * j + 2] = _mm512_permutex2var_epi8(high_01, even, high_23);
    rows[4 * j + 3] = _mm512_permutex2var_epi8(high_01, odd, high_23);
  }
}

// The codes of kept rows that are not usual as numbers, coordinate by coordinate, each with room for
// `column`, with the rows they are of.
INLINE void KERNEL(pack_code_columns)(const kernels_cloud *cloud, size_t first,
                                      const int32_t *kept, size_t count, size_t i, size_t length,
                                      float *values, uint8_t *places, uint32_t *counts,
                                      size_t column) {
  uint8_t codes[kernels_product_part * (kernels_block_rows + 64)];
  for (size_t n = 0; n < count; n += 64) {
    size_t some = count - n < 64 ? count - n : 64;
    __m512i tile[64];
    v16b_any numbers[4] = {{0}};
    for (size_t r = 0; r < some; r++) {
      size_t row = first + (size_t)kept[n + r];
      __builtin_prefetch(KERNEL(ahead)(cloud, row, i, 1), 0, 2);
      __builtin_prefetch(cloud->codes + row * cloud->dimension + i + kernels_product_part);
      tile[r] = KERNEL(part_codes)(cloud, row, i, length);
    }
    for (size_t r = some; r < 64; r++) tile[r] = _mm512_set1_epi8((char)cloud->levels.usual);
    for (size_t r = 0; r < some; r += kernels_lanes) {
      v16i rows = {0};
      size_t left = some - r < kernels_lanes ? some - r : kernels_lanes;
      memcpy(&rows, kept + n + r, left * sizeof(int32_t));
      numbers[r / kernels_lanes] = __builtin_convertvector(rows, v16b_any);
    }
    KERNEL(turn_bytes)(tile);
    const __m512i places_of = _mm512_loadu_si512(numbers);
    for (size_t j = 0; j < length; j++) {
      size_t at = j * column + counts[j];
      counts[j] += KERNEL(append_codes)(tile[j], places_of, cloud->levels.usual, codes + at,
                                        places + at);
    }
  }
  for (size_t j = 0; j < length; j++)
    KERNEL(level_rests)(codes + j * column, counts[j], cloud->levels, values + j * column);
}
#endif
