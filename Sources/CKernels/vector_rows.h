// Rows of any length as vectors, and what layers do with them. Included by kernel bodies, once for
// each instruction set, after vector_math.h.

// silu(z) = z s and silu'(z) = s (1 + z (1 - s)) with s = 1/(1 + e^-z); the exponent never
// overflows because it is taken of -|z|.
INLINE v16f KERNEL(silu)(v16f z, v16f *slope) {
  v16f e = KERNEL(exp)(-__builtin_elementwise_abs(z));
  v16f near_one = 1.0f / (1.0f + e);
  v16i positive = z >= 0.0f;
  v16f s = (v16f)(((v16i)near_one & positive) | ((v16i)(e * near_one) & ~positive));
  *slope = s * MAD(z, 1.0f - s, SPLAT(1.0f));
  return z * s;
}

INLINE v16f KERNEL(load)(const float *from, size_t columns) {
  if (columns >= kernels_lanes) return *(const v16f_any *)from;
  v16f value = {0};
  memcpy(&value, from, columns * sizeof(float));
  return value;
}

INLINE void KERNEL(store)(float *to, v16f value, size_t columns) {
  if (columns >= kernels_lanes) *(v16f_any *)to = value;
  else memcpy(to, &value, columns * sizeof(float));
}

INLINE double KERNEL(lane_sum)(v16f v) {
  double sum = 0;
  for (int lane = 0; lane < kernels_lanes; lane++) sum += v[lane];
  return sum;
}
