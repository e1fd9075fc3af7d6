// A curve in at most so many points: its first and its last are there, evenly spaced ones between.
#include "service/http/thinned.h"

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(Thinned, KeepsFirstLastAndEvenlySpacedOnes) {
  for (std::size_t most = 2; most < 12; ++most) {
    for (int count = 1; count < 200; ++count) {
      Thinned<int> thinned(most);
      for (int i = 0; i < count; ++i) {
        thinned.add(i);
      }
      const auto points = thinned.points();
      ASSERT_EQ(thinned.count(), count);
      ASSERT_EQ(points.front(), 0);
      ASSERT_EQ(points.back(), count - 1) << most;
      ASSERT_LE(points.size(), most + 1);
      for (std::size_t i = 2; i + 1 < points.size(); ++i) {
        ASSERT_EQ(points[i] - points[i - 1], points[1] - points[0]) << most << ' ' << count;
      }
      if (count < static_cast<int>(most)) {
        ASSERT_EQ(points.size(), static_cast<std::size_t>(count));
      }
    }
  }
}

}  // namespace
}  // namespace luthier
