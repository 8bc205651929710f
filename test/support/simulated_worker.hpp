#pragma once

#include "futures/call_table.hpp"

#include <spritefarm/errors.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace spritefarm::test {

using namespace futures;

/// A worker of the SchedulerModel: process, channel and call slots exist in the memory of the test alone. Its
/// functions do what a worker process does; the model tells the Scheduler.
struct SimulatedWorker {
  enum class SlotState : unsigned char { unused, offered, started, recalled, damaged };
  struct Slot {
    SlotState state = SlotState::unused;
    CallNumber number = 0;
    CallIndex call = 0;
    std::chrono::steady_clock::time_point started_at{};
  };
  struct Message {
    enum { ready, result, skipped } kind;
    CallNumber number;
    bool is_full;
  };

  SimulatedWorker(WorkerNumber worker, std::uint32_t slot_count) : number(worker), slots(slot_count) {}

  /// Its process exists.
  [[nodiscard]] bool runs() const { return spawned && !dead; }
  /// It counts for max_workers.
  [[nodiscard]] bool stays() const { return !asked_to_exit && signal == 0 && !orphaned; }
  /// Every fourth ignores SIGTERM.
  [[nodiscard]] bool obeys_signal() const;
  [[nodiscard]] bool obeys_exit() const;
  [[nodiscard]] bool can_start_call(int concurrency) const;
  [[nodiscard]] bool has_recallable_call() const;
  [[nodiscard]] Slot* find(CallNumber call);

  void become_ready();
  /// Takes the next call from the channel. Gives its slot; null: it skips the call, and says so.
  Slot* take_call();
  void start(Slot& slot, std::chrono::steady_clock::time_point now);
  void finish_call(std::uint32_t choice);
  void die(int by_signal, int exit_code);

  WorkerNumber number;
  // The process.
  bool spawned = false;
  bool said_ready = false;
  bool grown = false;
  bool dead = false;
  WorkerExit how;
  std::vector<Slot> slots;
  std::vector<std::uint32_t> channel;  // slots of calls that have arrived
  std::vector<std::uint32_t> running;  // slots
  std::vector<Message> sent;
  // What the Scheduler knows and has decided.
  bool ready = false;
  bool asked_to_exit = false;
  bool draining = false;
  bool distrusted = false;
  bool orphaned = false;  // its zygote was killed
  int signal = 0;         // the last one
  int tasks = 0;
  std::size_t calls = 0;
};

}  // namespace spritefarm::test
