#include <spritefarm/detail/future_awaiter.hpp>
#include <spritefarm/detail/resume.hpp>
#include <spritefarm/event_loop.hpp>

namespace spritefarm::detail {

bool WaitingCoroutine::suspend(FutureState& future, std::coroutine_handle<> coroutine) {
  m_loop = &EventLoop::current();
  m_coroutine = std::make_shared<std::coroutine_handle<>>(coroutine);
  return !future.add_waiter(*this);
}

void WaitingCoroutine::end(FutureState& future) noexcept {
  future.remove_waiter(*this);  // and waits for on_done(), after which the loop may be destroyed
  if (m_coroutine) *m_coroutine = nullptr;
}

void WaitingCoroutine::on_done(FutureState&) noexcept {
  m_loop->post([coroutine = m_coroutine] {
    if (*coroutine) ResumeLoop::run(*coroutine);
  });
}

}  // namespace spritefarm::detail
