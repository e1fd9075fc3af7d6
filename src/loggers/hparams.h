// The HParams plugin of TensorBoard: which parameters of a space it shows, as which type, and its
// three messages. A parameter's declared domain decides its type, once and for all: TensorBoard
// turns a column to text as soon as one value has another type.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "luthier/space.h"
#include "luthier/trial.h"

namespace luthier {

class HParams {
 public:
  // Shows the parameters that vary (constants only where nothing varies, since the page needs one).
  // Expressions follow from the others and have no declared type: they are left out.
  explicit HParams(std::span<const Parameter> parameters);

  // Each returns a HParamsPluginData message.
  std::string experiment(const std::string& name,
                         std::span<const Objective> objectives,
                         TimePoint created) const;
  // Trials with equal configurations (seeds) get an equal group and are one row.
  std::string session_start(const Config& config, TimePoint started) const;
  static std::string session_end(TrialState state, TimePoint ended);

 private:
  enum class Type : std::uint8_t { text = 1, boolean = 2, number = 3 };  // api.proto: DataType
  struct Column {
    std::string name;
    Type type;
    Domain domain;
  };
  static Type type_of(const Domain& domain);
  static std::string column_info(const Column& column);
  static std::string value_message(Type type, const Value& value);

  std::vector<Column> columns_;
};

inline constexpr const char* kExperimentTag = "_hparams_/experiment";
inline constexpr const char* kSessionStartTag = "_hparams_/session_start_info";
inline constexpr const char* kSessionEndTag = "_hparams_/session_end_info";

}  // namespace luthier
