#include "base/exception_text.hpp"
#include "base/message.hpp"

#include <spritefarm/event_loop.hpp>
#include <spritefarm/serial_executor.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace spritefarm {

struct SerialExecutor::State {
  EventLoop loop;
  std::function<void()> initializer;
  bool shut_down = false;
  std::optional<std::string> broken;  // the reason
};

SerialExecutor::SerialExecutor(SerialExecutorOptions options) : m_state(std::make_shared<State>()) {
  m_state->initializer = std::move(options.initializer);
}

SerialExecutor::~SerialExecutor() = default;

void SerialExecutor::shutdown(bool, bool) {
  m_state->shut_down = true;
}

void SerialExecutor::schedule(std::shared_ptr<detail::Call> call) {
  const std::shared_ptr<State> state = m_state;  // the call may destroy the executor
  if (state->shut_down) throw std::runtime_error("cannot submit a call after shutdown");
  if (state->broken) throw BrokenExecutor(*state->broken);
  try {
    if (const auto initializer = std::exchange(state->initializer, nullptr)) initializer();
  } catch (...) {
    state->broken =
        "the executor could not start: its initializer threw " + exception_text(std::current_exception());
    report_message({*state->broken});
    call->state().end_early(std::make_exception_ptr(BrokenExecutor(*state->broken)));
    return;
  }
  // Posted, so that EventLoop::current() is this loop during the call.
  bool ended = false;
  state->loop.post([&call, &ended] {
    call->state().begin();
    static_cast<detail::LocalCall&>(*call).run([&ended] { ended = true; });
  });
  state->loop.run_until([&ended] { return ended; });
}

}  // namespace spritefarm
