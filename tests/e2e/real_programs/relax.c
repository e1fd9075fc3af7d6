/* Prints with printf, never flushes: lines stay in a buffer unless stdout is a terminal. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const double rate = argc > 1 ? atof(argv[1]) : 0.5;
  const int steps = argc > 2 ? atoi(argv[2]) : 27;
  double x = 10;
  for (int step = 1; step <= steps; ++step) {
    x -= rate * 2 * x;
    printf("step %d  residual = %g\n", step, fabs(x));
    usleep(20000);
  }
  return 0;
}
