#include "vector_math.h"
#include "products.h"
#include "data_rows.h"

// sums[lane] += f(|x_lane - y_r|^2) and squares[lane] += f^2 for one block of rows.
//
// A block is summed in Float32 and joined in Double: no sum of Float32 has more than
// kernels_block_rows terms.
INLINE void KERNEL(pair_block)(const float *half_norms, size_t rows, const float *queries_half,
                               size_t vectors, ptrdiff_t self, const int function, float scale,
                               const float *limits, const float *products, double *sums,
                               double *squares) {
  for (size_t v = 0; v < vectors; v++) {
    v16f own = ((const v16f_any *)queries_half)[v], sum = {0}, square = {0};
    for (size_t r = 0; r < rows; r++) {
      v16f half = own + half_norms[r] - ((const v16f_any *)products)[r * vectors + v];
      // Rounding leaves less than nothing of the distance between equal points.
      v16f s = __builtin_elementwise_max(half + half, SPLAT(0.0f)), value;
      if (function == kernels_pair_distance) value = __builtin_elementwise_sqrt(s);
      else if (function == kernels_pair_gaussian) value = KERNEL(exp)(s * -scale);
      else value = (v16f)((v16i)SPLAT(1.0f) & (s <= limits[r]));
      ptrdiff_t lane = (ptrdiff_t)r - self - (ptrdiff_t)(v * kernels_lanes);
      if (lane >= 0 && lane < kernels_lanes) value[lane] = 0;
      sum += value;
      square = MAD(value, value, square);
    }
    for (int lane = 0; lane < kernels_lanes; lane++) {
      sums[v * kernels_lanes + lane] += sum[lane];
      squares[v * kernels_lanes + lane] += square[lane];
    }
  }
}

static void KERNEL(pair_sums)(const kernels_cloud *cloud, const float *queries, size_t lanes,
                              const float *queries_half, ptrdiff_t self, int function,
                              float scale, const float *limits, double *sums, double *squares,
                              float *scratch) {
  size_t d = cloud->dimension, vectors = lanes / kernels_lanes;
  for (size_t start = 0; start < cloud->count; start += kernels_block_rows) {
    size_t left = cloud->count - start;
    size_t rows = left < kernels_block_rows ? left : kernels_block_rows;
    const float *half = cloud->half_norms + start, *limit = limits ? limits + start : 0;
    ptrdiff_t own = self - (ptrdiff_t)start;
    const float *block =
        KERNEL(data_rows)(cloud, start, rows, scratch + kernels_block_rows * lanes);
    KERNEL(products)(block, rows, d, queries, lanes, scratch);
    if (function == kernels_pair_distance)
      KERNEL(pair_block)(half, rows, queries_half, vectors, own, kernels_pair_distance, scale,
                         limit, scratch, sums, squares);
    else if (function == kernels_pair_gaussian)
      KERNEL(pair_block)(half, rows, queries_half, vectors, own, kernels_pair_gaussian, scale,
                         limit, scratch, sums, squares);
    else
      KERNEL(pair_block)(half, rows, queries_half, vectors, own, kernels_pair_inside, scale,
                         limit, scratch, sums, squares);
  }
}
