#if defined(__linux__)
#define _GNU_SOURCE  // sets of processors
#include <sched.h>
#endif
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "CKernels.h"

int kernels_processors(void) {
#if defined(__linux__)
  // The system refuses a set that is shorter than its own.
  for (int size = CPU_SETSIZE; size <= 1 << 20; size *= 2) {
    cpu_set_t *allowed = CPU_ALLOC(size);
    if (!allowed) break;
    int failed = sched_getaffinity(0, CPU_ALLOC_SIZE(size), allowed);
    int count = failed ? 0 : CPU_COUNT_S(CPU_ALLOC_SIZE(size), allowed);
    CPU_FREE(allowed);
    if (count > 0) return count;
  }
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

typedef struct {
  void (*body)(void *);
  void *context;
} start;

static void *run(void *argument) {
  start own = *(start *)argument;
  free(argument);
  own.body(own.context);
  return NULL;
}

int kernels_start_thread(void (*body)(void *), void *context) {
  start *argument = malloc(sizeof *argument);
  if (!argument) return -1;
  *argument = (start){body, context};
  // A thread begins with the mask of the one that makes it.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error) {
    free(argument);
    return error;
  }
  return pthread_detach(thread);
}

// Null, `claimed`, or a pool: without a lock, for a fork may find a lock held by a thread that the
// child does not have.
static _Atomic(void *) pool;
static char claimed;
static _Atomic int is_child;

void *kernels_thread_pool(void) {
  void *known = atomic_load_explicit(&pool, memory_order_acquire);
  return known == &claimed ? NULL : known;
}

int kernels_claim_thread_pool(void) {
  void *none = NULL;
  return atomic_compare_exchange_strong(&pool, &none, &claimed);
}

void kernels_keep_thread_pool(void *made) { atomic_store_explicit(&pool, made, memory_order_release); }

int kernels_is_child(void) { return atomic_load_explicit(&is_child, memory_order_relaxed); }

static void forget(void) {
  atomic_store_explicit(&pool, NULL, memory_order_relaxed);
  atomic_store_explicit(&is_child, 1, memory_order_relaxed);
}

__attribute__((constructor)) static void watch_forks(void) { pthread_atfork(NULL, NULL, forget); }
