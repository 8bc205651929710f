#pragma once

#include "system/child_process.hpp"
#include "system/stop_signal.hpp"
#include "system/termination_signals.hpp"

#include <spritefarm/codec.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace spritefarm::bench {

/// A termination signal arrived during a measurement. The child is dead and reaped.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Ctrl-Z (SIGTSTP) came during a measurement, which has measured nothing. The child is dead and reaped.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("stopped") {}
};

/// The signals that end a measurement. Owned by the command.
struct Signals {
  system::TerminationSignals termination;
  system::StopSignal stop{};
};

/// The metrics of a child, and its exit with the resources it used.
template <Portable Metrics>
struct Measured {
  Metrics metrics;
  posix::ChildExit end;
};

/// The parent's part of a measurement. It calls `observe` every `interval` while the child measures, and once
/// more when the child has sent its metrics and waits with all its processes alive. It polls
/// `signals` at the same interval.
struct Observer {
  const Signals& signals;
  std::chrono::milliseconds interval{100};
  std::function<void(pid_t child)> observe = [](pid_t) {};
};

/// Called in the child: sends the metrics to the parent. Returns when the child may release its resources.
using SendMetrics = std::function<void(const std::string& encoded_metrics)>;

/// measure_in_child() for encoded metrics.
Measured<std::string> measure_bytes_in_child(const std::function<void(const SendMetrics&)>& body,
                                             const Observer& observer);

/// Runs `body` in a new child process, so that memory, processor time and start-up are measured alone. `body`
/// passes its metrics to the function that it gets as its argument. The caller has one thread. Throws
/// Interrupted or Stopped; std::runtime_error with the message of an exception that left `body`, or if the
/// child ended without metrics.
template <Portable Metrics, typename Body>
Measured<Metrics> measure_in_child(const Body& body, const Observer& observer) {
  Measured<std::string> encoded = measure_bytes_in_child(
      [&body](const SendMetrics& send_metrics) {
        body([&send_metrics](const Metrics& metrics) {
          Encoder encoder;
          encode(encoder, metrics);
          send_metrics(std::move(encoder).take());
        });
      },
      observer);
  Decoder decoder(encoded.metrics);
  return {decode<Metrics>(decoder), encoded.end};
}

}  // namespace spritefarm::bench
