// Philox 4x32-10: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (2011).
#include <string.h>

#define KERNEL_BODY "random_body.h"
#include "every_target.h"

void kernels_random_words(uint32_t *out, size_t count, size_t words, const uint64_t *samples,
                          uint64_t seed, uint8_t purpose, uint32_t draw) {
  VARIANT(words)(out, count, words, samples, seed, purpose, draw);
}

void kernels_normals(float *out, size_t count, size_t dimension, const uint64_t *samples,
                     uint64_t seed, uint8_t purpose, uint32_t draw) {
  VARIANT(normals)((uint32_t *)out, count, dimension, samples, seed, purpose, draw);
}
