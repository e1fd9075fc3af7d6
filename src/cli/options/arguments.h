// Arguments: what a person typed after a sub-command, checked against its row of the command table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "luthier/error.h"
#include "luthier/trial.h"

namespace luthier::cli {

class Arguments {
 public:
  // Accepts --name value, --name=value, -x value, -xvalue and switches in one word (-qv). The error
  // lists every problem, one a line.
  static Result<Arguments> parse(const Command& command, std::span<const std::string> words);

  const Command& command() const { return *command_; }
  bool has(std::string_view name) const { return text(name).has_value(); }
  // The last value given; "" for a switch.
  std::optional<std::string> text(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  // Everything given, in order.
  const std::vector<std::pair<const Option*, std::string>>& given() const { return given_; }

  const std::vector<std::string>& operands() const { return operands_; }
  std::optional<std::string> operand(std::size_t index) const;
  const std::vector<std::string>& program() const { return program_; }  // after `--`
  const std::vector<std::string>& typed() const { return typed_; }      // all the words
  bool wants_help() const { return wants_help_; }

 private:
  class Parser;

  const Command* command_ = nullptr;
  std::vector<std::pair<const Option*, std::string>> given_;
  std::vector<std::string> operands_;
  std::vector<std::string> program_;
  std::vector<std::string> typed_;
  bool wants_help_ = false;
};

// "42" or "00042".
Result<TrialId> parse_trial(std::string_view text);
// A count of at least `minimum`; `option` is named in the error.
Result<std::int64_t> parse_count(std::string_view option,
                                 std::string_view text,
                                 std::int64_t minimum);
// "90", "90s", "1.5m", "5 min", "1h30m", "2h", "1d": seconds, at least 0.
Result<double> parse_duration(std::string_view option, std::string_view text);
// "1500000", "512MB", "2GiB": bytes.
std::optional<std::int64_t> parse_bytes(std::string_view text);

}  // namespace luthier::cli
