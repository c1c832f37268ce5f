#if defined(__linux__)
#define _GNU_SOURCE  // sets of processors
#include <sched.h>
#endif
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CTestSupport.h"

int run_in_child(int (*body)(void), double seconds) {
  pid_t child = fork();
  if (child == 0) _exit(body());
  if (child < 0) return child_hung;
  int status = 0;
  for (double waited = 0; waited < seconds; waited += 0.01) {
    if (waitpid(child, &status, WNOHANG) == child)
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    usleep(10000);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return child_hung;
}

int keep_one_processor(void) {
#if defined(__linux__)
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed)) return -1;
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &allowed)) continue;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    return sched_setaffinity(0, sizeof one, &one);
  }
#endif
  return -1;
}
