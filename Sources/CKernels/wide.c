// Mixtures in many dimensions: which components can count at a row, and those alone in full.
#include <math.h>
#include <string.h>

#include "CKernels.h"

// Rows of one component that are worked on together, while its basis is at hand.
#define GROUP 96
// Terms of a product of mantissas, each below two, that a Double holds.
#define MANTISSAS 512
// ln 1e-21, below which a component changes no digit; and what a bound has to be below to rule
// it out.
#define NEGLIGIBLE -48.354286953
#define OUT_OF_REACH -50.0

// Rows by component: those of component k end at ends[k].
typedef struct {
  uint32_t *rows, *places;  // which row, and where its coordinates lie
  uint32_t *ends;           // components
} wide_list;

// Rows of a task: their logits and coordinates take a megabyte each at most.
static size_t wide_rows(const kernels_wide *w) {
  size_t longest = w->slots > w->padded ? w->slots : w->padded;
  size_t rows = ((size_t)1 << 17) / longest / kernels_lanes * kernels_lanes;
  return rows < kernels_lanes ? kernels_lanes : rows > 1024 ? 1024 : rows;
}

// Pairs whose coordinates are kept until their weights are known: four megabytes, or one row's.
static size_t wide_pairs(const kernels_wide *w) {
  size_t pairs = ((size_t)1 << 19) / w->padded;
  return pairs < w->mixture->components ? w->mixture->components : pairs;
}

// Sorts pairs of a component and a row (its number where there are no `rows`) by component.
// Coordinates lie in the order of their use, or by row.
static void wide_sort(wide_list *list, size_t components, const uint32_t *owners,
                      const uint32_t *rows, size_t count, uint32_t first_place) {
  uint32_t *ends = list->ends, before = 0;
  memset(ends, 0, components * sizeof *ends);
  for (size_t n = 0; n < count; n++) ends[owners[n]]++;
  for (size_t k = 0; k < components; k++) {
    uint32_t own = ends[k];
    ends[k] = before;
    before += own;
  }
  for (size_t n = 0; n < count; n++) {
    uint32_t at = ends[owners[n]]++;
    list->rows[at] = rows ? rows[n] : (uint32_t)n;
    list->places[at] = rows ? first_place + at : (uint32_t)n;
  }
}

#define KERNEL_BODY "wide_body.h"
#include "every_target.h"

size_t kernels_wide_rows(const kernels_wide *w) { return wide_rows(w); }

size_t kernels_wide_table_size(const kernels_wide *w) {
  return 2 * w->slots + w->mixture->components * w->padded;
}

size_t kernels_wide_scratch(const kernels_wide *w) {
  size_t rows = wide_rows(w), pairs = wide_pairs(w), components = w->mixture->components;
  size_t doubles = 2 * rows * w->slots + (2 * rows + pairs + 3 * GROUP + 1) * w->padded + w->slots;
  return doubles + (4 * pairs + 3 * rows + 2 * components) / 2 + 1;
}

void kernels_wide_table(const kernels_wide *w, double sigma, double *table) {
  VARIANT(wide_table)(w, sigma, table);
}

void kernels_wide_denoise(const kernels_wide *w, const float *x, size_t count,
                          const double *sigmas, double sigma, const double *table,
                          double *scratch, float *denoised) {
  VARIANT(wide_evaluate)(w, x, count, sigmas, sigma, table, scratch, denoised);
}
