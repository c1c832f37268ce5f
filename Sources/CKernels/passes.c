// Passes over the data: products with the rows of a panel, and weighted sums of data rows.
#include <math.h>
#include <string.h>

#define KERNEL_BODY "passes_body.h"
#define BYTES_MATTER
#include "every_target.h"

size_t kernels_rest_norms(const kernels_cloud *cloud, double *half_norms) {
  return VARIANT(rest_norms)(cloud, half_norms);
}

void kernels_extent(const kernels_cloud *cloud, float *least, float *most) {
  VARIANT(extent)(cloud, least, most);
}

int kernels_encode(const kernels_cloud *cloud, uint8_t *codes) {
  return VARIANT(encode)(cloud, codes);
}

void kernels_decode(const kernels_cloud *cloud, size_t first, size_t last, float *values) {
  VARIANT(decode)(cloud, first, last, values);
}

void kernels_store_products(const kernels_cloud *cloud, size_t first, size_t last,
                            const float *queries, size_t lanes, const float *inverse_steps,
                            int16_t *const *high, uint8_t *const *low, float *scratch) {
  VARIANT(store_products)(cloud, first, last, queries, lanes, inverse_steps, high, low, scratch);
}

void kernels_add_weighted(const kernels_cloud *cloud, size_t first, size_t last,
                          const float *columns, size_t lanes, float *weights, float *sum) {
  VARIANT(add_weighted)(cloud, first, last, columns, lanes, weights, sum);
}
