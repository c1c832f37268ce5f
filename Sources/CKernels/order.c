// Numbers in rising order.
#include "CKernels.h"

#include <string.h>

enum { digit_bits = 11, digits = 6 };

// Bits that rise with the number: all turned of negative ones, the sign alone of others.
static uint64_t rising(uint64_t bits) {
  return bits ^ ((uint64_t)-(int64_t)(bits >> 63) | (uint64_t)1 << 63);
}

static uint64_t back(uint64_t key) {
  return key ^ (((key >> 63) - 1) | (uint64_t)1 << 63);
}

void kernels_sort(double *numbers, size_t count, double *room) {
  static const uint64_t mask = ((uint64_t)1 << digit_bits) - 1;
  uint64_t *from = (uint64_t *)(void *)numbers, *to = (uint64_t *)(void *)room;
  size_t places[digits][(size_t)1 << digit_bits];
  memset(places, 0, sizeof places);
  for (size_t i = 0; i < count; i++) {
    uint64_t key = rising(from[i]);
    from[i] = key;
    for (int digit = 0; digit < digits; digit++) places[digit][key >> (digit * digit_bits) & mask]++;
  }
  for (int digit = 0; digit < digits && count > 0; digit++) {
    size_t *place = places[digit], next = 0;
    // Where all have one digit they are in order of it.
    if (place[from[0] >> (digit * digit_bits) & mask] == count) continue;
    for (size_t value = 0; value <= mask; value++) {
      size_t here = place[value];
      place[value] = next;
      next += here;
    }
    for (size_t i = 0; i < count; i++)
      to[place[from[i] >> (digit * digit_bits) & mask]++] = from[i];
    uint64_t *swap = from;
    from = to;
    to = swap;
  }
  uint64_t *out = (uint64_t *)(void *)numbers;
  for (size_t i = 0; i < count; i++) out[i] = back(from[i]);
}
