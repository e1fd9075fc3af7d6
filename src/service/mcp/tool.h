// The tools of `luthier mcp` as data: each is a command of the command line whose options and
// operands are the properties of a JSON object. Schemas, checks and command lines are derived.
#pragma once

#include <string>
#include <vector>

namespace luthier {

enum class McpKind {
  text,         // a text or a number
  texts,        // one of those or a list of them
  count,        // a whole number of at least 0
  seconds,      // a number of at least 0
  flag,         // a truth value
  experiment,   // the name of a stored experiment
  experiments,  // several of those
  words,        // a program and its arguments
  space         // an object of distributions
};

// Where a property stands on the command line.
enum class McpPlace { option, operand, program, nowhere };

struct McpProperty {
  std::string name;
  McpKind kind = McpKind::text;
  std::string description = {};
  bool required = false;
  McpPlace place = McpPlace::option;
  std::string option = {};  // without dashes; empty: called as the property
};

// What a call does with the command.
enum class McpAction {
  read,     // runs it and answers with its output
  start,    // the same as an experiment of its own, in the background
  proceed,  // the same for one that is stored
  watch     // waits for a running one
};

struct McpTool {
  std::string name;
  std::string title;
  std::string description;
  std::vector<std::string> command;  // the first words: {"run", "--dry-run"}
  McpAction action = McpAction::read;
  std::vector<McpProperty> properties = {};
  std::string answer = {};  // the member that holds the output
  bool list = false;        // the output is one object a line, any number of them
  bool keep_last = false;   // of a long list the end matters, not the beginning
  bool read_only = true;
  bool destructive = false;
};

inline constexpr int kMcpMostItems = 200;    // of a list in an answer
inline constexpr int kMcpUsualItems = 20;    // without `limit`
inline constexpr double kMcpMostWait = 300;  // seconds of one call of watch
inline constexpr double kMcpUsualWait = 20;  // without `wait`

}  // namespace luthier
