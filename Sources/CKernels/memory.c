#define _GNU_SOURCE
#include "CKernels.h"

#include <sys/mman.h>
#include <unistd.h>

void *kernels_map(size_t bytes) {
  void *start = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  return start == MAP_FAILED ? 0 : start;
}

void kernels_unmap(void *start, size_t bytes) { munmap(start, bytes); }

void kernels_discard(void *start, size_t bytes) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = (uintptr_t)start;
  uintptr_t from = (first + page - 1) / page * page, to = (first + bytes) / page * page;
  if (from < to) madvise((void *)from, to - from, MADV_DONTNEED);
}

#if defined(__linux__) && defined(__GLIBC__)
#include <link.h>
#include <malloc.h>

// The allocator by itself keeps what is freed of blocks up to 32 MiB for the next block.
enum { large_block = 4 << 20, spare_end = 8 << 20 };

void kernels_return_large_blocks(void) {
  mallopt(M_MMAP_THRESHOLD, large_block);
  mallopt(M_TRIM_THRESHOLD, spare_end);
}

// Machine code is never written to, so that its pages are those of the file, which the system reads
// again where they are wanted: nothing can be lost. Pages of data may differ from the file.
static int release(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  uintptr_t page = *(const uintptr_t *)context;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) || (part->p_flags & PF_W)) continue;
    uintptr_t start = (info->dlpi_addr + part->p_vaddr + page - 1) / page * page;
    uintptr_t end = (info->dlpi_addr + part->p_vaddr + part->p_filesz) / page * page;
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void kernels_return_freed(void) { malloc_trim(0); }

void kernels_release_unused(void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  kernels_return_freed();
  dl_iterate_phdr(release, &page);
}
#else
void kernels_return_freed(void) {}
void kernels_return_large_blocks(void) {}
void kernels_release_unused(void) {}
#endif
