#include <spritefarm/event_loop.hpp>
#include <spritefarm/serial_executor.hpp>

#include <stdexcept>
#include <utility>

namespace spritefarm {

struct SerialExecutor::State {
  EventLoop loop;
  std::function<void()> initializer;
  bool shut_down = false;
};

SerialExecutor::SerialExecutor(SerialExecutorOptions options) : m_state(std::make_unique<State>()) {
  m_state->initializer = std::move(options.initializer);
}

SerialExecutor::~SerialExecutor() = default;

void SerialExecutor::shutdown(bool, bool) {
  m_state->shut_down = true;
}

void SerialExecutor::schedule(std::shared_ptr<detail::Call> call) {
  if (m_state->shut_down) throw std::runtime_error("cannot submit a call after shutdown");
  // Posted, so that it runs within the loop: then that loop is EventLoop::current().
  bool over = false;
  m_state->loop.post([this, &call, &over] {
    if (const auto initializer = std::exchange(m_state->initializer, nullptr)) initializer();
    call->state().set_running_or_notify_cancel();
    static_cast<detail::LocalCall&>(*call).run([&over] { over = true; });
  });
  m_state->loop.run_until([&over] { return over; });
}

}  // namespace spritefarm
