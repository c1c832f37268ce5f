#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// A deflate stream grows by at most 1032, and filter bytes and rounding need a little more.
static const uint64_t most_growth = 1040;
static const size_t chunk_limit = 8u << 20;
static const int chunk_count_limit = 1000;

// What must outlive a jump out of libpng: reached by pointer, never held in a register.
typedef struct {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  uint8_t *out;
  size_t count, position, capacity;
  png_bytep *rows;
  png_textp texts;
  char *message;
} stream;

static void on_error(png_structp png, png_const_charp text) {
  stream *s = png_get_error_ptr(png);
  strncpy(s->message, text, CPNG_MESSAGE_SIZE - 1);
  s->message[CPNG_MESSAGE_SIZE - 1] = 0;
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void on_read(png_structp png, png_bytep into, png_size_t count) {
  stream *s = png_get_io_ptr(png);
  if (count > s->count - s->position) png_error(png, "the file ends early");
  memcpy(into, s->bytes + s->position, count);
  s->position += count;
}

static void on_write(png_structp png, png_bytep from, png_size_t count) {
  stream *s = png_get_io_ptr(png);
  if (count > s->capacity - s->count) {
    size_t capacity = 2 * s->capacity + count + 4096;
    uint8_t *grown = realloc(s->out, capacity);
    if (!grown) png_error(png, "out of memory");
    s->out = grown;
    s->capacity = capacity;
  }
  memcpy(s->out + s->count, from, count);
  s->count += count;
}

static void on_flush(png_structp png) { (void)png; }

// Whether every chunk up to IEND lies in the bytes. libpng sets memory aside by the length a chunk
// claims, up to 2 GB, before it reads any of it.
static int chunks_lie_inside(const uint8_t *bytes, size_t count) {
  size_t position = 8;
  while (position + 12 <= count) {
    const uint8_t *at = bytes + position;
    uint32_t length = png_get_uint_32(at);
    if (length > count - position - 12) return 0;
    if (memcmp(at + 4, "IEND", 4) == 0) return 1;
    position += 12 + (size_t)length;
  }
  return 0;
}

static void take_texts(stream *s, cpng_picture *picture) {
  png_textp texts = NULL;
  int number = 0;
  png_get_text(s->png, s->info, &texts, &number);
  size_t total = 0;
  for (int i = 0; i < number; i++) {
    if (texts[i].text) total += strlen(texts[i].key) + strlen(texts[i].text) + 3;
  }
  if (total == 0) return;
  uint8_t *to = picture->texts = malloc(total);
  if (!to) png_error(s->png, "out of memory");
  for (int i = 0; i < number; i++) {
    if (!texts[i].text) continue;
    *to++ = texts[i].compression >= PNG_ITXT_COMPRESSION_NONE ? 'U' : 'L';
    to = (uint8_t *)stpcpy((char *)to, texts[i].key) + 1;
    to = (uint8_t *)stpcpy((char *)to, texts[i].text) + 1;
  }
  picture->text_bytes = total;
}

static void read_all(stream *s, uint64_t pixel_limit, cpng_picture *picture) {
  if (s->count >= 8 && png_sig_cmp(s->bytes, 0, 8) == 0 &&
      !chunks_lie_inside(s->bytes, s->count)) {
    png_error(s->png, "the file ends early");
  }
  png_read_info(s->png, s->info);
  uint32_t width = png_get_image_width(s->png, s->info);
  uint32_t height = png_get_image_height(s->png, s->info);
  int color = png_get_color_type(s->png, s->info);
  int depth = png_get_bit_depth(s->png, s->info);
  if ((uint64_t)width * height > pixel_limit) png_error(s->png, "too many pixels");
  if ((uint64_t)png_get_rowbytes(s->png, s->info) * height / most_growth > s->count) {
    png_error(s->png, "the file is too short for its width and height");
  }
  picture->had_alpha =
      (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(s->png, s->info, PNG_INFO_tRNS);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(s->png);
  if (depth < 8) png_set_packing(s->png);
  if (depth == 16 && *(const uint8_t *)&(const uint16_t){1}) png_set_swap(s->png);
  png_set_strip_alpha(s->png);
  png_set_interlace_handling(s->png);
  png_read_update_info(s->png, s->info);

  picture->width = width;
  picture->height = height;
  picture->channels = png_get_channels(s->png, s->info);
  picture->bit_depth = color == PNG_COLOR_TYPE_PALETTE ? 8 : depth;
  size_t row = png_get_rowbytes(s->png, s->info);
  if (row != (size_t)width * picture->channels * (depth == 16 ? 2 : 1)) {
    png_error(s->png, "rows of an unexpected length");
  }
  picture->samples = calloc(height, row);
  s->rows = calloc(height, sizeof *s->rows);
  if (!picture->samples || !s->rows) png_error(s->png, "out of memory");
  picture->sample_bytes = row * height;
  for (uint32_t y = 0; y < height; y++) s->rows[y] = picture->samples + y * row;
  png_read_image(s->png, s->rows);
  png_read_end(s->png, s->info);
  take_texts(s, picture);
}

int cpng_decode(
    const uint8_t *bytes, size_t count, uint32_t side_limit, uint64_t pixel_limit,
    cpng_picture *picture, char message[CPNG_MESSAGE_SIZE]) {
  memset(picture, 0, sizeof *picture);
  stream s = {.bytes = bytes, .count = count, .message = message};
  strcpy(message, "out of memory");
  // Volatile: set after setjmp, read after a jump.
  volatile int done = 0;
  s.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
  if (s.png) s.info = png_create_info_struct(s.png);
  if (s.info && !setjmp(png_jmpbuf(s.png))) {
    png_set_read_fn(s.png, &s, on_read);
    png_set_user_limits(s.png, side_limit, side_limit);
    png_set_chunk_malloc_max(s.png, chunk_limit);
    png_set_chunk_cache_max(s.png, chunk_count_limit);
    png_set_crc_action(s.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    read_all(&s, pixel_limit, picture);
    done = 1;
  }
  free(s.rows);
  png_destroy_read_struct(&s.png, &s.info, NULL);
  return done;
}

void cpng_release(cpng_picture *picture) {
  free(picture->samples);
  free(picture->texts);
  memset(picture, 0, sizeof *picture);
}

static void set_texts(stream *s, const uint8_t *texts, size_t text_bytes) {
  const char *end = (const char *)texts + text_bytes;
  int number = 0;
  for (const char *at = (const char *)texts; at < end; number++) {
    for (int zeros = 0; zeros < 2; zeros++) at += strlen(at) + 1;
  }
  if (number == 0) return;
  s->texts = calloc(number, sizeof *s->texts);
  if (!s->texts) png_error(s->png, "out of memory");
  const char *at = (const char *)texts;
  for (int i = 0; i < number; i++) {
    s->texts[i].compression = *at == 'U' ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
    s->texts[i].key = (char *)at + 1;
    at += strlen(at) + 1;
    s->texts[i].text = (char *)at;
    s->texts[i].text_length = strlen(at);
    s->texts[i].lang = "";
    s->texts[i].lang_key = "";
    at += strlen(at) + 1;
  }
  png_set_text(s->png, s->info, s->texts, number);
}

uint8_t *cpng_encode(
    uint32_t width, uint32_t height, int channels, const uint8_t *samples, const uint8_t *texts,
    size_t text_bytes, size_t *count, char message[CPNG_MESSAGE_SIZE]) {
  stream s = {.message = message};
  strcpy(message, "out of memory");
  volatile int done = 0;
  s.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
  if (s.png) s.info = png_create_info_struct(s.png);
  if (s.info && !setjmp(png_jmpbuf(s.png))) {
    png_set_write_fn(s.png, &s, on_write, on_flush);
    png_set_user_limits(s.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(
        s.png, s.info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    // Plots are flat and grids of small pictures repeat: without filters they come out smaller, and
    // a higher level of deflate takes twice the time for a few bytes in a hundred.
    png_set_filter(s.png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_level(s.png, 3);
    set_texts(&s, texts, text_bytes);
    png_write_info(s.png, s.info);
    for (uint32_t y = 0; y < height; y++) {
      png_write_row(s.png, samples + (size_t)y * width * channels);
    }
    png_write_end(s.png, s.info);
    done = 1;
  }
  free(s.texts);
  png_destroy_write_struct(&s.png, &s.info);
  if (!done) {
    free(s.out);
    s.out = NULL;
  }
  *count = s.count;
  return s.out;
}
