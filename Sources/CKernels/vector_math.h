// Elementary functions on 16 lanes. Included by kernel bodies, once for each instruction set.

INLINE v16f KERNEL(mad)(v16f a, v16f b, v16f c) {
#if FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

INLINE v4f KERNEL(mad_4)(v4f a, v4f b, v4f c) {
#if FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

INLINE float KERNEL(mad_1)(float a, float b, float c) {
#if FUSED
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}

INLINE v16d KERNEL(mad_d)(v16d a, v16d b, v16d c) {
#if FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

INLINE v16f KERNEL(splat)(float x) { return x - (v16f){0}; }
INLINE v16d KERNEL(splat_d)(double x) { return x - (v16d){0}; }

#define MAD(a, b, c) KERNEL(mad)(a, b, c)
#define MAD_D(a, b, c) KERNEL(mad_d)(a, b, c)
#define SPLAT(x) KERNEL(splat)(x)
#define SPLAT_D(x) KERNEL(splat_d)(x)

// e^x for -87 <= x <= 0, and some number below: x = n ln 2 + r, |r| <= ln 2 / 2, and the polynomial
// of degree 6 whose relative error there, 4e-9, is least. 12582912 = 1.5 * 2^23 rounds to an integer
// and leaves it in the low bits.
INLINE v16f KERNEL(exp_in_range)(v16f x) {
  v16f shifted = MAD(x, SPLAT(1.44269504f), SPLAT(12582912.0f));
  v16f n = shifted - 12582912.0f;
  v16f r = MAD(n, SPLAT(-0.693145751953125f), x);
  r = MAD(n, SPLAT(-1.42860682030941723e-6f), r);
  v16f p = SPLAT(0x1.6a2434p-10f);
  p = MAD(p, r, SPLAT(0x1.1239e2p-7f));
  p = MAD(p, r, SPLAT(0x1.5558f2p-5f));
  p = MAD(p, r, SPLAT(0x1.555492p-3f));
  p = MAD(p, r, SPLAT(0x1.fffffcp-2f));
  p = MAD(p, r, SPLAT(1.0f));
  p = MAD(p, r, SPLAT(1.0f));
  return p * (v16f)(((v16i)shifted + 127) << 23);
}

// The same for all x <= 0, clamped at -87.
INLINE v16f KERNEL(exp)(v16f x) {
  return KERNEL(exp_in_range)(__builtin_elementwise_max(x, SPLAT(-87.0f)));
}

// 2^x for |x| < 126, and some number elsewhere: x = n + r, |r| <= 1/2, and the polynomial of degree 5
// whose relative error there, 8e-8, is least. n comes in the low bits, as above, and is added to the
// exponent.
INLINE v16f KERNEL(exp2_in_range)(v16f x) {
  v16f shifted = x + 12582912.0f;
  v16f r = x - (shifted - 12582912.0f);
  v16f p = SPLAT(0x1.5c08e4p-10f);
  p = MAD(p, r, SPLAT(0x1.3d0c52p-7f));
  p = MAD(p, r, SPLAT(0x1.c6b6e4p-5f));
  p = MAD(p, r, SPLAT(0x1.ebf918p-3f));
  p = MAD(p, r, SPLAT(0x1.62e428p-1f));
  p = MAD(p, r, SPLAT(0x1.000002p0f));
  return (v16f)((v16i)p + ((v16i)shifted << 23));
}

// The same in Double for x <= 0 (clamped at -708): Taylor to r^13 / 13! (remainder 4e-18).
INLINE v16d KERNEL(exp_d)(v16d x) {
  x = __builtin_elementwise_max(x, SPLAT_D(-708.0));
  v16d shifted = x * 1.4426950408889634 + 6755399441055744.0;
  v16d n = shifted - 6755399441055744.0;
  v16d r = MAD_D(n, SPLAT_D(-6.93147180369123816490e-1), x);
  r = MAD_D(n, SPLAT_D(-1.90821492927058770002e-10), r);
  static const double inverse_factorials[] = {
      1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
      1.0 / 40320,      1.0 / 5040,      1.0 / 720,      1.0 / 120,     1.0 / 24,
      1.0 / 6,          0.5,             1.0,            1.0};
  v16d p = SPLAT_D(inverse_factorials[0]);
  UNROLL for (int i = 1; i < 14; i++) p = MAD_D(p, r, SPLAT_D(inverse_factorials[i]));
  v16l power = ((v16l)shifted + 1023) << 52;
  return p * (v16d)power;
}

// ln x for normal positive x: x = m 2^e, m in [sqrt 1/2, sqrt 2), s = (m - 1)/(m + 1),
// ln m = 2 s (1 + s^2/3 + s^4/5 + ...); |s| < 0.172 leaves 2e-9 after s^8.
INLINE v16f KERNEL(log)(v16f x) {
  v16i bits = (v16i)x;
  v16i e = (bits - 0x3f3504f3) >> 23;
  v16f m = (v16f)(bits - (e << 23));
  v16f s = (m - 1.0f) / (m + 1.0f);
  v16f s2 = s * s;
  v16f p = SPLAT(1.0f / 9);
  p = MAD(p, s2, SPLAT(1.0f / 7));
  p = MAD(p, s2, SPLAT(1.0f / 5));
  p = MAD(p, s2, SPLAT(1.0f / 3));
  p = MAD(p, s2, SPLAT(1.0f));
  return MAD(__builtin_convertvector(e, v16f), SPLAT(0.693147181f), 2.0f * s * p);
}

// The same in Double, to s^22 (remainder 1e-18).
INLINE v16d KERNEL(log_d)(v16d x) {
  v16l bits = (v16l)x;
  typedef int64_t v16s __attribute__((vector_size(128)));
  v16s e = ((v16s)(bits - 0x3fe6a09e667f3bcdull)) >> 52;
  v16d m = (v16d)((v16s)bits - (e << 52));
  v16d s = (m - 1.0) / (m + 1.0);
  v16d s2 = s * s;
  v16d p = SPLAT_D(1.0 / 23);
  UNROLL for (int k = 21; k >= 1; k -= 2) p = MAD_D(p, s2, SPLAT_D(1.0 / k));
  return MAD_D(__builtin_convertvector(e, v16d), SPLAT_D(0.69314718055994531), 2.0 * s * p);
}

// sin t and cos t for |t| <= pi/4, by Taylor.
INLINE void KERNEL(sine_cosine)(v16f t, v16f *sine_out, v16f *cosine_out) {
  v16f t2 = t * t;
  v16f sine = SPLAT(1.0f / 362880);
  sine = MAD(sine, t2, SPLAT(-1.0f / 5040));
  sine = MAD(sine, t2, SPLAT(1.0f / 120));
  sine = MAD(sine, t2, SPLAT(-1.0f / 6));
  *sine_out = MAD(sine * t2, t, t);
  v16f cosine = SPLAT(-1.0f / 3628800);
  cosine = MAD(cosine, t2, SPLAT(1.0f / 40320));
  cosine = MAD(cosine, t2, SPLAT(-1.0f / 720));
  cosine = MAD(cosine, t2, SPLAT(1.0f / 24));
  cosine = MAD(cosine, t2, SPLAT(-0.5f));
  *cosine_out = MAD(cosine, t2, SPLAT(1.0f));
}

// Turns by quarters: (c, s), (-s, c), (-c, -s), (s, -c).
INLINE void KERNEL(turn)(v16u quarter, v16f *cosine, v16f *sine) {
  v16i odd = -(v16i)(quarter & 1);
  v16u sign_first = ((quarter + 1) & 2) << 30;
  v16u sign_second = (quarter & 2) << 30;
  v16i c = ((v16i)*cosine & ~odd) | ((v16i)*sine & odd);
  v16i s = ((v16i)*sine & ~odd) | ((v16i)*cosine & odd);
  *cosine = (v16f)((v16u)c ^ sign_first);
  *sine = (v16f)((v16u)s ^ sign_second);
}
