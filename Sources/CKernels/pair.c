// Functions of the distance between two sets, summed over pairs, and what ranks of distances tell.
#include <math.h>
#include <string.h>

#define KERNEL_BODY "pair_body.h"
#include "every_target.h"

void kernels_pair_sums(const kernels_rows *rows, size_t first, size_t last,
                       const kernels_queries *queries, int function, float scale,
                       const kernels_pair_totals *totals, float *scratch) {
  VARIANT(pair_sums)(rows, first, last, queries, function, scale, totals, scratch);
}

void kernels_pair_counts(const kernels_rows *rows, size_t first, size_t last,
                         const kernels_queries *queries, int shift, uint32_t above,
                         uint64_t *counts, float *scratch) {
  VARIANT(pair_counts)(rows, first, last, queries, shift, above, counts, scratch);
}

void kernels_pair_ranks(const kernels_rows *rows, const kernels_queries *queries, size_t wanted,
                        size_t capacity, double *squares, int32_t *chosen, float *values,
                        float *scratch) {
  VARIANT(pair_ranks)(rows, queries, wanted, capacity, squares, chosen, values, scratch);
}

void kernels_pair_inside(const kernels_rows *rows, const kernels_queries *queries,
                         const double *limits, int32_t *inside, float *scratch) {
  VARIANT(pair_inside)(rows, queries, limits, inside, scratch);
}
