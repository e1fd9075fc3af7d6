// CsvExport: every result of an experiment as one table, with the configuration it was reported
// under.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luthier/event.h"

namespace luthier::cli {

class CsvExport {
 public:
  // Call with every event of a log, in order.
  void take(const Event& event);
  // RFC 4180: trial, training_iteration, time_s, config/<parameter>..., then the metrics.
  std::string text() const;

 private:
  struct Row {
    TrialId trial;
    std::int64_t training_iteration = 0;
    TimePoint time = 0;
    Config config;
    Metrics metrics;
  };

  std::map<TrialId, Config> configs_;
  std::map<TrialId, Config> chosen_;
  std::vector<Row> rows_;
  TimePoint start_ = 0;
};

}  // namespace luthier::cli
