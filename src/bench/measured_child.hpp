#pragma once

#include "system/child_process.hpp"
#include "system/termination_signals.hpp"

#include <spritefarm/codec.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace spritefarm::bench {

/// SIGINT or SIGTERM came while a child measured; the child is gone.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// What a child measured, and what it cost.
template <Portable Figures>
struct Measured {
  Figures figures;
  system::ChildEnd end;
};

/// What the parent does every `interval` while a child measures, and once more when it has told its figures and is still
/// there with all that it made. The signals are held back for the parent to look for them.
struct Meanwhile {
  const system::TerminationSignals& signals;
  std::chrono::milliseconds interval{100};
  std::function<void(pid_t child)> look = [](pid_t) {};
};

/// In the child: tells the parent what was measured, and returns once it may all be taken down.
using Tell = std::function<void(const std::string& encoded_figures)>;

/// measure_apart(), for figures that are bytes.
Measured<std::string> measure_bytes_apart(const std::function<void(const Tell&)>& body,
                                          const Meanwhile& meanwhile);

/// Runs `body` in a child process of its own, so that what it measures of itself (memory, processor time, start-up) is its
/// alone; `body` passes its figures to the function that it is given. The caller has one thread. Throws
/// std::runtime_error with what the body threw, or where the child ended without figures, and Interrupted.
template <Portable Figures, typename Body>
Measured<Figures> measure_apart(const Body& body, const Meanwhile& meanwhile) {
  Measured<std::string> told = measure_bytes_apart(
      [&body](const Tell& tell) {
        body([&tell](const Figures& figures) {
          Encoder to;
          encode(to, figures);
          tell(std::move(to).take());
        });
      },
      meanwhile);
  Decoder from(told.figures);
  return {decode<Figures>(from), told.end};
}

}  // namespace spritefarm::bench
