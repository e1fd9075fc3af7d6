// The byte form of events: every kind survives a round trip, older and newer forms behave as
// promised, and no bytes whatever make the decoder misbehave.
#include "core/log/event_codec.h"

#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/random_events.h"

namespace luthier {
namespace {

constexpr std::size_t kKinds = std::variant_size_v<EventBody>;

std::string encoded(const EventBody& body) {
  std::string bytes;
  EXPECT_TRUE(encode(body, bytes).ok());
  return bytes;
}

TEST(EventCodec, EveryKindSurvivesARoundTrip) {
  Rng rng(1, "round trip");
  for (std::size_t i = 0; i < 4000; ++i) {
    const EventBody body = random_body(rng, i % kKinds);
    const std::string bytes = encoded(body);
    EventBody back;
    const auto decoded = decode(bytes, back);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message;
    ASSERT_EQ(back.index(), body.index());
    // Bytes tell more than ==: the sign of zero, a NaN's payload.
    ASSERT_EQ(encoded(back), bytes);
    ASSERT_EQ(to_json(Event{1, 2, back}), to_json(Event{1, 2, body}));
  }
}

TEST(EventCodec, AppendsToWhatTheBufferHolds) {
  std::string bytes = "before";
  ASSERT_TRUE(encode(Note{"x"}, bytes).ok());
  EXPECT_EQ(bytes, "before\x14\x01x");
}

TEST(EventCodec, AnOlderEventWithFewerFieldsReadsWithDefaults) {
  const std::string bytes = encoded(LimitReached{"time_budget", TrialId{7}, "over"});
  const std::string older = encoded(SearchEnded{"time_budget"}).replace(0, 1, "\x11");
  ASSERT_TRUE(bytes.starts_with(older));
  EventBody body;
  ASSERT_TRUE(decode(older, body).ok());
  EXPECT_EQ(std::get<LimitReached>(body).limit, "time_budget");
  EXPECT_EQ(std::get<LimitReached>(body).trial, TrialId{-1});
}

TEST(EventCodec, WhatANewerVersionWroteIsNamedAsSuch) {
  EventBody body;
  const std::vector<std::string> newer = {
      std::string(1, '\x16') + "whatever",                  // unknown kind
      encoded(Note{"x"}) + "more",                          // a further field
      std::string("\x0F\x02\x09\x00", 4),                   // an unknown trial state
      std::string("\x07\x02\x02\x02\x01\x04loss\x07", 11),  // an unknown value type
  };
  for (const auto& bytes : newer) {
    const auto decoded = decode(bytes, body);
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.error().code, ErrorCode::io);
    EXPECT_NE(decoded.error().message.find("written by a newer version"), std::string::npos)
        << decoded.error().message;
  }
}

TEST(EventCodec, ListsNestToTheLimitInBothDirections) {
  const auto nested = [](int depth) {
    Value value(1);
    for (int i = 0; i < depth; ++i) {
      value = ValueList{value};
    }
    return ResultReported{TrialId{1}, 1, 1, {{"deep", value}}};
  };
  EventBody back;
  EXPECT_TRUE(decode(encoded(nested(kMaxListDepth)), back).ok());
  EXPECT_EQ(std::get<ResultReported>(back).metrics, nested(kMaxListDepth).metrics);

  std::string bytes = "kept";
  const auto refused = encode(nested(kMaxListDepth + 1), bytes);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(bytes, "kept");

  std::string bomb("\x07\x02\x02\x02\x01\x01x", 7);
  for (int i = 0; i < 100000; ++i) {
    bomb += "\x06\x01";
  }
  ASSERT_FALSE(decode(bomb, back).ok());
}

TEST(EventCodec, EveryTruncationIsRefusedOrReadsAsAnOlderEvent) {
  Rng rng(2, "truncation");
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const std::string bytes = encoded(random_body(rng, kind));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EventBody body;
      if (decode(std::string_view(bytes).substr(0, length), body).ok()) {
        EXPECT_EQ(body.index(), kind);
      }
    }
  }
}

TEST(EventCodec, AnyBytesGiveAnEventOrAnError) {
  Rng rng(3, "flips");
  std::size_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = encoded(random_body(rng));
    for (std::uint64_t flips = 1 + rng.below(3); flips > 0; --flips) {
      bytes[rng.below(bytes.size())] ^= static_cast<char>(1U << rng.below(8));
    }
    EventBody body;
    if (!decode(bytes, body).ok()) {
      ++refused;
      continue;
    }
    EventBody again;
    ASSERT_TRUE(decode(encoded(body), again).ok());
    ASSERT_EQ(encoded(again), encoded(body));
  }
  EXPECT_GT(refused, 1000U);
}

TEST(EventCodec, AHugeCountAsksForNoMemory) {
  std::string bytes("\x07\x02\x02\x02\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 13);
  EventBody body;
  const auto decoded = decode(bytes, body);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::corruption);
}

TEST(EventJson, KeysAreInFixedOrderAndNumbersCanonical) {
  const Event event{12,
                    1'700'000'000'000'001,
                    DecisionMade{TrialId{3},
                                 9,
                                 {DecisionKind::proceed, "in the \"top\" third", {{"cutoff", 0.5}}},
                                 "asha",
                                 1}};
  EXPECT_EQ(to_json(event),
            R"({"sequence": 12, "time": 1700000000000001, "event": "decision_made", "trial": 3, )"
            R"("training_iteration": 9, "decision": "continue", "reason": "in the \"top\" third", )"
            R"("numbers": {"cutoff": 0.5}, "save": true, "decided_by": "asha", "version": 1})");
  EXPECT_EQ(
      to_json(Event{
          1,
          0,
          TrialChosen{
              {.trial = TrialId{2}, .checkpoint = CheckpointId{4}, .reason = "clone"}, "pbt", 2}}),
      R"({"sequence": 1, "time": 0, "event": "trial_chosen", "trial": 2, "choice": "run", )"
      R"("config": null, "checkpoint": 4, "reason": "clone", "numbers": {}, "chosen_by": "pbt", "version": 2})");
  EXPECT_EQ(to_json(Event{2, 5, ControlRequested{"stop", TrialId{-1}, "me", "7"}}),
            R"({"sequence": 2, "time": 5, "event": "control_requested", "request": "stop", )"
            R"("trial": null, "who": "me", "id": "7"})");
}

TEST(EventJson, IsJsonWhateverTheContent) {
  Rng rng(4, "json");
  for (std::size_t i = 0; i < 2000; ++i) {
    const Event event{1, 1, random_body(rng, i % kKinds)};
    const auto parsed = nlohmann::ordered_json::parse(to_json(event), nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << to_json(event);
    ASSERT_EQ(parsed["event"], kind_name(event.body));
  }
}

TEST(EventNames, AreUniqueAndTrialsAreFound) {
  Rng rng(5, "names");
  std::set<std::string_view> names;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    names.insert(kind_name(random_body(rng, kind)));
  }
  EXPECT_EQ(names.size(), kKinds);
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(trial_of(ResultReported{TrialId{5}}), TrialId{5});
  EXPECT_EQ(trial_of(TrialChosen{{.trial = TrialId{6}}}), TrialId{6});
  EXPECT_EQ(trial_of(LimitReached{"time_budget"}), std::nullopt);
  EXPECT_EQ(trial_of(Note{"x"}), std::nullopt);
}

}  // namespace
}  // namespace luthier
