// The softmax over data points in few dimensions.
#define KERNEL_BODY "nearby_body.h"
#include "every_target.h"

void kernels_nearby_mean(const kernels_cloud *cloud, const float *x, size_t count,
                         const double *sigmas, size_t stride, float *means, uint8_t *doubtful) {
  VARIANT(nearby_mean)(cloud, x, count, sigmas, stride, means, doubtful);
}
