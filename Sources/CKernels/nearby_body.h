#include "vector_math.h"

// Data points whose Float sums lose no digit, and vectors of rows that share a point's way to the
// registers.
#define FEW 16
#define VECTORS 4

// sum_i r_i x_i over all data at rows in lanes, r_i proportional to 2^-(scale |x - x_i|)^2, in Float,
// with the lanes where that may not do, by the rule of plane_body.h. x_i is taken whole, not less its
// center: its difference from x then loses the last digit at most.
INLINE void KERNEL(nearby_panel)(const kernels_cloud *cloud, const int d,
                                 v16f x[VECTORS][kernels_nearby_dimension],
                                 const v16f scale[VECTORS],
                                 v16f mean[VECTORS][kernels_nearby_dimension],
                                 v16i doubt[VECTORS]) {
  const float *values = cloud->values;
  v16d total_d[VECTORS], sum_d[VECTORS][kernels_nearby_dimension];
  v16i most[VECTORS];
  UNROLL for (int v = 0; v < VECTORS; v++) {
    total_d[v] = (v16d){0};
    most[v] = (v16i){0};
    UNROLL for (int j = 0; j < d; j++) sum_d[v][j] = (v16d){0};
  }
  for (size_t first = 0; first < cloud->count; first += FEW) {
    size_t end = first + FEW < cloud->count ? first + FEW : cloud->count;
    v16f total[VECTORS], sum[VECTORS][kernels_nearby_dimension];
    UNROLL for (int v = 0; v < VECTORS; v++) {
      total[v] = (v16f){0};
      UNROLL for (int j = 0; j < d; j++) sum[v][j] = (v16f){0};
    }
    for (size_t i = first; i < end; i++) {
      const float *value = values + i * d;
      v16f logit[VECTORS];
      v16i counts[VECTORS], any = {0};
      UNROLL for (int v = 0; v < VECTORS; v++) {
        logit[v] = (v16f){0};
        UNROLL for (int j = 0; j < d; j++) {
          v16f y = (x[v][j] - (value[j] + cloud->center[j])) * scale[v];
          logit[v] = MAD(-y, y, logit[v]);
        }
        counts[v] = logit[v] > -80.0f;
        any |= counts[v];
      }
      if (!__builtin_reduce_or(any)) continue;
      UNROLL for (int v = 0; v < VECTORS; v++) {
        v16f weight = (v16f)((v16i)KERNEL(exp2_in_range)(logit[v]) & counts[v]);
        most[v] = __builtin_elementwise_max(most[v], (v16i)weight);
        total[v] += weight;
        UNROLL for (int j = 0; j < d; j++) sum[v][j] = MAD(weight, SPLAT(value[j]), sum[v][j]);
      }
    }
    UNROLL for (int v = 0; v < VECTORS; v++) {
      total_d[v] += __builtin_convertvector(total[v], v16d);
      UNROLL for (int j = 0; j < d; j++)
        sum_d[v][j] += __builtin_convertvector(sum[v][j], v16d);
    }
  }
  UNROLL for (int v = 0; v < VECTORS; v++) {
    v16d inverse = 1.0 / total_d[v];
    UNROLL for (int j = 0; j < d; j++)
      mean[v][j] =
          __builtin_convertvector(MAD_D(sum_d[v][j], inverse, SPLAT_D(cloud->center[j])), v16f);
    v16f whole = __builtin_convertvector(total_d[v], v16f);
    v16f level = __builtin_convertvector(127 - ((v16i)whole >> 23), v16f);
    v16f others = whole - (v16f)most[v];
    doubt[v] = ~((whole >= 0x1p-40f) & (others * level <= 5.0f * whole));
  }
}

INLINE void KERNEL(nearby_rows)(const kernels_cloud *cloud, const int d, const float *x,
                                size_t count, const double *sigmas, size_t stride, float *means,
                                uint8_t *doubtful) {
  const size_t most = VECTORS * kernels_lanes;
  for (size_t row = 0; row < count; row += most) {
    size_t rows = count - row < most ? count - row : most;
    v16f points[VECTORS][kernels_nearby_dimension], mean[VECTORS][kernels_nearby_dimension];
    v16f scale[VECTORS];
    v16i doubt[VECTORS];
    for (size_t place = 0; place < most; place++) {
      // Lanes past the last row repeat it.
      size_t own = row + (place < rows ? place : rows - 1);
      size_t v = place / kernels_lanes, lane = place % kernels_lanes;
      UNROLL for (int j = 0; j < d; j++) points[v][j][lane] = x[own * d + j];
      // The square root of half log2 e.
      scale[v][lane] = (float)(0.84932180028801907 / sigmas[own * stride]);
    }
    KERNEL(nearby_panel)(cloud, d, points, scale, mean, doubt);
    for (size_t place = 0; place < rows; place++) {
      size_t v = place / kernels_lanes, lane = place % kernels_lanes;
      UNROLL for (int j = 0; j < d; j++) means[(row + place) * d + j] = mean[v][j][lane];
      doubtful[row + place] = doubt[v][lane] != 0;
    }
  }
}

static void KERNEL(nearby_mean)(const kernels_cloud *cloud, const float *x, size_t count,
                                const double *sigmas, size_t stride, float *means,
                                uint8_t *doubtful) {
  switch (cloud->dimension) {
    case 1: KERNEL(nearby_rows)(cloud, 1, x, count, sigmas, stride, means, doubtful); break;
    case 2: KERNEL(nearby_rows)(cloud, 2, x, count, sigmas, stride, means, doubtful); break;
    case 3: KERNEL(nearby_rows)(cloud, 3, x, count, sigmas, stride, means, doubtful); break;
  }
}
