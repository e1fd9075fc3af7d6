#include <gtest/gtest.h>

#include "cli/output/csv_export.h"

namespace luthier::cli {
namespace {

// Trial 1 trains 4 iterations, is replaced by a clone of trial 0 with another lr, and goes on.
template <class Export>
void tell_pbt_story(Export& taker) {
  Sequence sequence = 0;
  const auto tell = [&](EventBody body) {
    ++sequence;
    taker.take({sequence, sequence * 500'000, std::move(body)});
  };
  tell(TrialAdded{.trial = {0}, .config = {{"lr", 0.5}}});
  tell(TrialAdded{.trial = {1}, .config = {{"lr", 0.1}}});
  tell(AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1});
  tell(AttemptStarted{.trial = {1}, .attempt = 1, .segment = 1});
  tell(ResultReported{{1}, 1, 4, {{"loss", 9}, {"note", "a \"b\", c"}}});
  tell(CheckpointCommitted{{1}, {0}, 6, "x", 1});
  tell(TrialChosen{
      .choice = {.trial = {1}, .config = Config{{"lr", 0.6}}, .checkpoint = CheckpointId{1}}});
  tell(AttemptStarted{
      .trial = {1}, .attempt = 2, .segment = 2, .checkpoint = {1}, .base_iteration = 6});
  tell(ResultReported{{1}, 2, 7, {{"loss", 1}, {"late", 2.5}}});
  // A crash: the same segment again changes nothing.
  tell(AttemptStarted{
      .trial = {1}, .attempt = 3, .segment = 2, .checkpoint = {1}, .base_iteration = 6});
}

TEST(CsvExport, AResultStandsWithTheConfigurationItWasReportedUnder) {
  CsvExport csv;
  tell_pbt_story(csv);
  EXPECT_EQ(csv.text(),
            "trial,training_iteration,time_s,config/lr,loss,note,late\r\n"
            "1,4,2,0.1,9,\"a \"\"b\"\", c\",\r\n"
            "1,7,4,0.6,1,,2.5\r\n");
}

TEST(CsvExport, AMetricThatIsCalledLikeAColumnGetsAnotherName) {
  CsvExport csv;
  csv.take({1, 0, TrialAdded{.trial = {0}, .config = {{"lr", 0.5}}}});
  csv.take({2, 0, AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1}});
  csv.take({3, 0, ResultReported{{0}, 1, 1, {{"trial", 7}, {"config/lr", 8}, {"lr", 9}}}});
  csv.take({4, 0, ResultReported{{0}, 1, 2, {{"lr", 10}, {"trial", 11}}}});
  EXPECT_EQ(csv.text(),
            "trial,training_iteration,time_s,config/lr,reported/trial,reported/config/lr,lr\r\n"
            "0,1,0,0.5,7,8,9\r\n"
            "0,2,0,0.5,11,,10\r\n");
}

}  // namespace
}  // namespace luthier::cli
