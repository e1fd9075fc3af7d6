#include "store/memory_store.h"

#include <gtest/gtest.h>

#include "support/random_events.h"

namespace luthier {
namespace {

TEST(MemoryStore, GivesBackWhatWasAppendedFromAnyPlace) {
  Rng rng(1, "memory store");
  std::vector<Event> events;
  for (Sequence s = 1; s <= 50; ++s) {
    events.push_back(random_event(rng, s));
  }
  const auto store = make_memory_store();
  EXPECT_EQ(store->last_sequence(), 0);
  const std::span<const Event> all(events);
  ASSERT_TRUE(store->append(all.first(20)).ok());
  ASSERT_TRUE(store->append(all.subspan(20)).ok());
  EXPECT_EQ(store->last_sequence(), 50);

  Sequence next = 18;
  ASSERT_TRUE(store
                  ->read_from(18,
                              [&](const Event& event) {
                                EXPECT_EQ(to_json(event),
                                          to_json(events[static_cast<std::size_t>(next) - 1]));
                                return ++next < 30;
                              })
                  .ok());
  EXPECT_EQ(next, 30);
}

TEST(MemoryStore, AfterAFailedAppendNothingOfItIsThereAndEverythingIsRefused) {
  Value deep(1);
  for (int i = 0; i < 100; ++i) {
    deep = ValueList{deep};
  }
  const auto store = make_memory_store();
  const std::vector<Event> events = {{1, 0, Note{"fine"}},
                                     {2, 0, ResultReported{TrialId{0}, 1, 1, {{"deep", deep}}}}};
  EXPECT_FALSE(store->append(events).ok());
  EXPECT_EQ(store->last_sequence(), 0);
  EXPECT_FALSE(store->append(std::span<const Event>(events).first(1)).ok());
}

}  // namespace
}  // namespace luthier
