// What a program says of its options when it refuses its arguments, as argparse, click, getopt,
// clap and Go's flags word it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luthier::cli {

// What follows `begin` in the message, as the name of an option: "--lr" of "'--lr=0.5'".
std::optional<std::string> name_after(const std::string& message, std::string_view begin);
// The option, or a word that belongs to none, that the program refused.
std::optional<std::string> refused_option(const std::string& message);
// Every option that the usage names, in order.
std::vector<std::string> options_of_usage(const std::string& message);
// The one of `options` that a parameter is likely for: `lr` is --learning-rate.
std::optional<std::string> option_for(const std::string& parameter,
                                      std::span<const std::string> options);

}  // namespace luthier::cli
