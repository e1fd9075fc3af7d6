/* A benchmark that prints nothing that could be tuned. */
#include <stdio.h>
#include <string.h>

static char composite[4000000];

int main(void) {
  unsigned long count = 0;
  for (int round = 0; round < 12; ++round) {
    memset(composite, 0, sizeof composite);
    for (unsigned long i = 2; i < sizeof composite; ++i) {
      if (composite[i]) continue;
      ++count;
      for (unsigned long j = i * 2; j < sizeof composite; j += i) composite[j] = 1;
    }
  }
  puts(count == 12 * 283146UL ? "right" : "wrong");
  return 0;
}
