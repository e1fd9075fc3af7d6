// A configuration as a person types it: values, and a sentence for each parameter that is wrong.
#include "core/space/typed_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

CompiledSpace space() {
  Space space;
  for (const char* text : {"lr=loguniform(0.001, 1)",
                           "batch=choice(16, 32)",
                           "text=choice('16', 'b c')",
                           "kind=choice(sgd, adam)",
                           "momentum=uniform(0, 1) if kind == 'sgd'",
                           "low=randint(0, 9)",
                           "high=randint(0, 9)",
                           "amp=flag('--amp')",
                           "epochs=constant(3)"}) {
    EXPECT_TRUE(space.add_text(text).ok()) << text;
  }
  space.constrain("low < high");
  return *CompiledSpace::compile(space);
}

TypedConfig read(const std::vector<std::pair<std::string, std::string>>& typed) {
  return read_typed(space(), typed);
}

TEST(TypedConfig, TextsBecomeTheValuesOfTheirParameters) {
  const TypedConfig typed = read({{"lr", " 0.01 "},
                                  {"batch", "32"},
                                  {"text", "16"},
                                  {"kind", "sgd"},
                                  {"momentum", "0"},
                                  {"amp", "true"}});
  EXPECT_THAT(typed.problems, IsEmpty());
  EXPECT_EQ(typed.config,
            (Config{{"lr", 0.01},
                    {"batch", 32},
                    {"text", "16"},
                    {"kind", "sgd"},
                    {"momentum", 0},
                    {"amp", true}}));
  EXPECT_EQ(read({{"text", "b c"}}).config, (Config{{"text", "b c"}}));
}

TEST(TypedConfig, EachProblemIsAboutItsParameter) {
  const TypedConfig typed =
      read({{"lr", "2"}, {"batch", "x"}, {"bach", "16"}, {"kind", ""}, {"epochs", "4"}});
  EXPECT_THAT(
      typed.problems,
      ElementsAre(
          AllOf(Field(&TypedConfig::Problem::parameter, "lr"),
                Field(&TypedConfig::Problem::sentence,
                      "parameter 'lr' is 2, which is not in loguniform(0.001, 1)")),
          AllOf(
              Field(&TypedConfig::Problem::parameter, "batch"),
              Field(&TypedConfig::Problem::sentence, HasSubstr("which is not in choice(16, 32)"))),
          AllOf(Field(&TypedConfig::Problem::parameter, "bach"),
                Field(&TypedConfig::Problem::sentence, HasSubstr("did you mean 'batch'?"))),
          Field(&TypedConfig::Problem::parameter, "kind"),
          AllOf(Field(&TypedConfig::Problem::parameter, "epochs"),
                Field(&TypedConfig::Problem::sentence, HasSubstr("it is the constant 3")))));
  EXPECT_FALSE(typed.check().ok());
}

TEST(TypedConfig, WhatIsWrongTogetherIsAboutNone) {
  for (const auto& typed : {read({{"low", "5"}, {"high", "5"}}),
                            read({{"kind", "adam"}, {"momentum", "0.5"}}),
                            read({})}) {
    EXPECT_THAT(typed.problems, ElementsAre(Field(&TypedConfig::Problem::parameter, "")));
  }
}

}  // namespace
}  // namespace luthier
