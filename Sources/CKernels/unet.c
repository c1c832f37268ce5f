#include <string.h>

#define KERNEL_BODY "unet_body.h"
#include "every_target.h"

void kernels_patches(const kernels_patches_task *task) { VARIANT(patches)(task); }

void kernels_norm(const kernels_norm_task *task) { VARIANT(norm)(task); }

void kernels_norm_back(const kernels_norm_task *task) { VARIANT(norm_back)(task); }

void kernels_pool(const kernels_resize_task *task) { VARIANT(pool)(task); }

void kernels_spread(const kernels_resize_task *task) { VARIANT(spread)(task); }

void kernels_copy(const float *from, size_t from_row, size_t rows, size_t columns, float *to,
                  size_t to_row) {
  VARIANT(copy)(from, from_row, rows, columns, to, to_row);
}

void kernels_add_by_image(float *x, size_t x_row, size_t images, size_t pixels, size_t columns,
                          const float *rows, size_t rows_row) {
  VARIANT(add_by_image)(x, x_row, images, pixels, columns, rows, rows_row);
}

void kernels_sum_by_image(const float *x, size_t x_row, size_t images, size_t pixels,
                          size_t columns, float *rows, size_t rows_row) {
  VARIANT(sum_by_image)(x, x_row, images, pixels, columns, rows, rows_row);
}
