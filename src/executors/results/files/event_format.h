// TensorBoard event files: the scalars of each step, whoever wrote them. Only what is needed of the
// protocol buffers event.proto, summary.proto and tensor.proto is read.
#pragma once

#include "executors/results/files/record_formats.h"

namespace luthier {

class EventFormat final : public RecordFormat {
 public:
  // `run` goes before each tag, with a '/'; may be empty.
  explicit EventFormat(std::string run) : run_(std::move(run)) {}
  void take(std::string_view bytes, std::vector<Metrics>& records) override;

 private:
  const std::string run_;
  std::string pending_;   // a record that is not complete yet
  bool damaged_ = false;  // what follows can't be found
};

}  // namespace luthier
