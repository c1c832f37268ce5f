// Functions of the distance between two sets, summed over one of them.
#include <string.h>

#define KERNEL_BODY "pair_body.h"
#include "every_target.h"

void kernels_pair_sums(const kernels_cloud *cloud, const float *queries, size_t lanes,
                       const float *queries_half, ptrdiff_t self, int function, float scale,
                       const float *limits, double *sums, double *squares, float *scratch) {
  VARIANT(pair_sums)(cloud, queries, lanes, queries_half, self, function, scale, limits, sums,
                     squares, scratch);
}
