#pragma once

#include <stddef.h>
#include <stdint.h>

// PNG pictures between memory and memory, without libpng's types in sight.
//
// Texts travel as one run of bytes: for each a letter ('L' Latin-1, 'U' UTF-8), the key, a zero
// byte, the text, a zero byte.

enum { CPNG_MESSAGE_SIZE = 160 };

typedef struct {
  uint32_t width;
  uint32_t height;
  int channels;        // 1 grey, 3 red green blue
  int bit_depth;       // 1, 2, 4, 8 or 16: samples lie in 0 … 2^bit_depth - 1
  int had_alpha;       // an alpha channel or a transparent colour was dropped
  uint8_t *samples;    // one byte a sample, or two in the machine's order where bit_depth is 16
  size_t sample_bytes;
  uint8_t *texts;
  size_t text_bytes;
} cpng_picture;

// Decodes a picture. Returns 1, or 0 with a message; release the picture in both cases.
int cpng_decode(
    const uint8_t *bytes, size_t count, uint32_t side_limit, uint64_t pixel_limit,
    cpng_picture *picture, char message[CPNG_MESSAGE_SIZE]);

// Frees what a decoded picture holds.
void cpng_release(cpng_picture *picture);

// Encodes 8-bit grey (1) or colour (3) samples. Returns malloc'ed bytes, or NULL with a message.
uint8_t *cpng_encode(
    uint32_t width, uint32_t height, int channels, const uint8_t *samples, const uint8_t *texts,
    size_t text_bytes, size_t *count, char message[CPNG_MESSAGE_SIZE]);
