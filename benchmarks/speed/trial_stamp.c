/* A trial that says when it began, in nanoseconds of the monotonic clock. */
#include <stdio.h>
#include <time.h>

int main(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("began_ns %lld%09ld\nloss=1\n", (long long)now.tv_sec, now.tv_nsec);
  return 0;
}
