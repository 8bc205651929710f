#pragma once

#include "system/termination_signals.hpp"

namespace spritefarm::test {

/// Lets the program forget a termination signal that a test has raised, at the end of the test: what looks
/// for one later, as the ledger does, would give up.
class ForgottenSignals {
 public:
  ForgottenSignals() = default;
  ForgottenSignals(const ForgottenSignals&) = delete;
  ForgottenSignals& operator=(const ForgottenSignals&) = delete;
  ~ForgottenSignals() { const system::TerminationSignals none; }
};

}  // namespace spritefarm::test
