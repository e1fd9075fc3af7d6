#include "service/schedule_text.h"

#include <gtest/gtest.h>

namespace luthier {
namespace {

const std::vector<ScheduleStep> kSteps = {{0, {{"lr", 0.1}, {"kind", "a, \"b\""}}},
                                          {20, {{"lr", 0.25}, {"width", 8}}}};

TEST(ScheduleText, APolicyHasALineForEachStep) {
  EXPECT_EQ(schedule_policy(kSteps),
            "{\"iteration\": 0, \"config\": {\"lr\": 0.1, \"kind\": \"a, \\\"b\\\"\"}}\n"
            "{\"iteration\": 20, \"config\": {\"lr\": 0.25, \"width\": 8}}\n");
  EXPECT_EQ(schedule_policy({}), "");
}

TEST(ScheduleText, ATableHasEveryParameter) {
  EXPECT_EQ(schedule_csv(kSteps),
            "iteration,lr,kind,width\r\n0,0.1,\"a, \"\"b\"\"\",\r\n20,0.25,,8\r\n");
}

}  // namespace
}  // namespace luthier
