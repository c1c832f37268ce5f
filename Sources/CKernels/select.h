#pragma once

/// 2 for AVX-512, 1 for AVX2 with FMA, 0 for the baseline.
int kernels_level(void);
