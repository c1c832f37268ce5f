#pragma once

/// 3 for AVX-512 that moves bytes together (VBMI2), 2 for AVX-512, 1 for AVX2 with FMA, 0 for the
/// baseline.
int kernels_level(void);
