#include "planted.h"

#include <cmath>
#include <map>

namespace luthier::test {
namespace {

// Weighted squares of coordinates on every kind of range.
Planted ranges() {
  Space space;
  space.add("dead_real", uniform(-3, 3));
  space.add("rate", loguniform(1e-6, 1));
  space.add("width", randint(1, 33));
  space.add("momentum", uniform(0, 1));
  space.add("dead_count", lograndint(1, 1000));
  const auto loss = [](const Config& config, Rng&) {
    const double rate = (std::log10(number(config, "rate")) + 6) / 6;
    return 4 * rate + 2 * number(config, "momentum") + number(config, "width") / 32;
  };
  return {"ranges",
          space,
          loss,
          {"rate", "momentum", "width"},
          {"dead_real", "dead_count"},
          {"rate", "momentum"}};
}

// Nothing but the logarithm of a rate makes a valley; the dead category has many values.
Planted valley() {
  Space space;
  space.add("kind", choice({"a", "b", "c", "d", "e", "f", "g", "h"}));
  space.add("rate", loguniform(1e-5, 1e-1));
  space.add("steps", quniform(0, 10, 0.5));
  const auto loss = [](const Config& config, Rng&) {
    return std::pow(std::log10(number(config, "rate")) + 3, 2) + 0.1 * number(config, "steps");
  };
  return {"valley", space, loss, {"rate", "steps"}, {"kind"}, {"rate", "steps"}};
}

// Good and bad categories alternate, so that no order of declaration is monotone.
Planted categories() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("optimizer", choice({"adam", "sgd", "lamb", "lion", "adagrad", "rmsprop"}));
  space.add("flag", choice({true, false}));
  space.add("dead", choice({1, 2, 3}));
  const auto loss = [](const Config& config, Rng&) {
    static const std::map<std::string, double> kLosses = {
        {"adam", 2}, {"sgd", 2.6}, {"lamb", 0}, {"lion", 2.2}, {"adagrad", 1.4}, {"rmsprop", 2.4}};
    const bool on = *config.find("flag")->boolean();
    return kLosses.at(*config.find("optimizer")->text()) + (on ? 0 : 0.8) +
           0.8 * number(config, "x");
  };
  return {"categories", space, loss, {"optimizer", "flag", "x"}, {"dead"}, {"optimizer", "flag"}};
}

// Two parameters that matter together only, and one that matters alone.
Planted together() {
  Space space;
  space.add("a", uniform(-1, 1));
  space.add("dead", uniform(-1, 1));
  space.add("b", uniform(-1, 1));
  space.add("alone", uniform(-1, 1));
  const auto loss = [](const Config& config, Rng&) {
    return 3 * number(config, "a") * number(config, "b") + number(config, "alone");
  };
  return {"together", space, loss, {"alone"}, {}, {}};
}

// A plateau with a cliff, under noise.
Planted noisy_cliff() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  space.add("dead", loguniform(1, 1e4));
  const auto loss = [](const Config& config, Rng& rng) {
    const double cliff = number(config, "x") < 0.3 ? 0 : 3;
    return cliff + number(config, "y") + 0.3 * rng.normal();
  };
  return {"noisy cliff", space, loss, {"x", "y"}, {"dead"}, {"x", "y"}};
}

// A parameter that matters where it is active only, and one that never does.
Planted conditional() {
  Space space;
  space.add("optimizer", choice({"sgd", "adam"}));
  space.add("momentum", uniform(0, 1)).when("optimizer", "sgd");
  space.add("beta", uniform(0, 1)).when("optimizer", "adam");
  space.add("rate", loguniform(1e-4, 1));
  const auto loss = [](const Config& config, Rng&) {
    const Value* momentum = config.find("momentum");
    const double rate = std::log10(number(config, "rate"));
    return 2 * std::abs(rate + 2) + (momentum ? 2 * *momentum->number() : 0.9);
  };
  return {"conditional", space, loss, {"rate", "momentum"}, {"beta"}, {"rate", "momentum"}};
}

}  // namespace

std::vector<Planted> planted_functions() {
  return {ranges(), valley(), categories(), together(), noisy_cliff(), conditional()};
}

}  // namespace luthier::test
