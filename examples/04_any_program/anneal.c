/* A travelling salesman by simulated annealing, as one finds such programs: written long before
 * anyone thought of tuning it. Settings on the command line, progress on the standard output:
 *
 *   anneal START_TEMPERATURE COOLING MOVES
 *
 * COOLING multiplies the temperature after each of 30 rounds of MOVES proposed moves each. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CITIES 80
#define ROUNDS 30

static double x[CITIES], y[CITIES];
static int tour[CITIES];
static unsigned long long state = 88172645463325252ull;

static double draw(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 11) / 9007199254740992.0;
}

static double leg(int a, int b) {
  return hypot(x[a] - x[b], y[a] - y[b]);
}

static double length(void) {
  double sum = 0;
  for (int i = 0; i < CITIES; ++i) {
    sum += leg(tour[i], tour[(i + 1) % CITIES]);
  }
  return sum;
}

/* Reverses the stretch first..last when that is shorter, or by chance while it is hot. */
static void propose(double temperature) {
  int first = 1 + (int)(draw() * (CITIES - 2));
  int last = first + (int)(draw() * (CITIES - 1 - first));
  int before = tour[first - 1], after = tour[(last + 1) % CITIES];
  double change = leg(before, tour[last]) + leg(tour[first], after) - leg(before, tour[first]) - leg(tour[last], after);
  if (change > 0 && draw() >= exp(-change / temperature)) {
    return;
  }
  for (; first < last; ++first, --last) {
    int city = tour[first];
    tour[first] = tour[last];
    tour[last] = city;
  }
}

int main(int argc, char** argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: anneal START_TEMPERATURE COOLING MOVES\n");
    return 2;
  }
  double temperature = atof(argv[1]);
  double cooling = atof(argv[2]);
  long moves = atol(argv[3]);
  for (int i = 0; i < CITIES; ++i) {
    x[i] = draw();
    y[i] = draw();
    tour[i] = i;
  }
  for (int round = 1; round <= ROUNDS; ++round) {
    for (long i = 0; i < moves; ++i) {
      propose(temperature);
    }
    temperature *= cooling;
    printf("round: %d length: %.6f\n", round, length());
    fflush(stdout);
  }
  return 0;
}
