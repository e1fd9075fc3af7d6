// Interrupts that come from elsewhere than the terminal.
#include "tuner/machine/signals.h"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(InterruptSignals, NoTwoInterruptsAreTakenForOne) {
  constexpr int kEach = 10'000;
  const InterruptSignals signals;
  std::thread other([] {
    for (int i = 0; i < kEach; ++i) {
      InterruptSignals::interrupt(SIGINT);
    }
  });
  for (int i = 0; i < kEach; ++i) {
    InterruptSignals::interrupt(SIGINT);
  }
  other.join();
  EXPECT_EQ(InterruptSignals::count(), 2 * kEach);
}

TEST(InterruptSignals, WhatCameBeforeASessionBeginsIsNotForgotten) {
  const InterruptSignals signals;
  InterruptSignals::interrupt(SIGHUP);
  {
    const InterruptSignals inside;
    EXPECT_EQ(InterruptSignals::count(), 1);
  }
  EXPECT_EQ(InterruptSignals::name_of_last(), "SIGHUP");
  raise(SIGTERM);  // is still caught
  EXPECT_EQ(InterruptSignals::count(), 2);
}

TEST(InterruptSignals, ANewRunBeginsWithoutAny) {
  {
    const InterruptSignals signals;
    InterruptSignals::interrupt(SIGINT);
  }
  const InterruptSignals signals;
  EXPECT_EQ(InterruptSignals::count(), 0);
}

}  // namespace
}  // namespace luthier
