#include "futures/thread_pool.hpp"

#include "base/exception_text.hpp"
#include "base/message.hpp"
#include "futures/current_pool.hpp"
#include "futures/parallel_loop.hpp"
#include "futures/pool_release.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <spritefarm/wait.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace spritefarm {
namespace {

ThreadPoolExecutorOptions checked(ThreadPoolExecutorOptions options) {
  if (!options.max_workers)
    options.max_workers = std::min(32, static_cast<int>(std::thread::hardware_concurrency()) + 4);
  if (*options.max_workers < 1) throw std::invalid_argument("max_workers must be at least 1");
  if (options.worker_concurrency < 1) throw std::invalid_argument("worker_concurrency must be at least 1");
  if (options.max_outstanding < 0)
    throw std::invalid_argument("max_outstanding must be at least 1, or 0 for no limit");
  return options;
}

}  // namespace

ThreadPoolExecutor::Pool::Pool(ThreadPoolExecutorOptions options)
    : m_options(checked(std::move(options))), m_generation(posix::fork_generation()) {}

ThreadPoolExecutor::Pool::~Pool() {
  // The threads share the pool. So if one is left here, it runs this destructor as its last step.
  for (auto& worker : m_workers)
    if (worker->thread.joinable()) worker->thread.detach();
}

bool ThreadPoolExecutor::Pool::belongs_to_this_process() const noexcept {
  return posix::fork_generation() == m_generation;
}

bool ThreadPoolExecutor::Pool::is_pool_thread() const noexcept {
  return futures::current_pool() == this;
}

bool ThreadPoolExecutor::Pool::terminate(detail::Call& call) {
  auto& local = static_cast<detail::LocalCall&>(call);
  if (!local.is_coroutine() && !local.can_be_asked_to_stop()) return false;
  if (!local.state().end_early(nullptr)) return false;
  if (!local.is_coroutine()) {
    local.request_stop();
    return true;
  }
  const std::lock_guard lock(m_mutex);
  if (const auto found = m_coroutines.find(&call); found != m_coroutines.end())
    found->second.loop->post([coroutine = found->second.call] { coroutine->stop(nullptr); });
  return true;
}

void ThreadPoolExecutor::Pool::require_own_process() const {
  if (!belongs_to_this_process())
    throw std::logic_error("this pool belongs to another process: create a pool in this one");
}

void ThreadPoolExecutor::Pool::require_usable() const {
  if (m_broken) throw BrokenThreadPool(*m_broken);
  if (m_shut_down) throw std::runtime_error("cannot submit a call after shutdown");
}

void ThreadPoolExecutor::Pool::check_open() const {
  require_own_process();
  const std::lock_guard lock(m_mutex);
  require_usable();
}

void ThreadPoolExecutor::Pool::schedule(std::shared_ptr<detail::LocalCall> call) {
  require_own_process();
  call->set_owner(weak_from_this());
  std::unique_lock lock(m_mutex);
  require_usable();
  wait_for_room(lock);
  const bool has_idle_worker = !m_waiting.empty() && m_waiting.back()->idle;
  if (!has_idle_worker) start_worker();
  m_queue.push(std::move(call));
  ++m_outstanding;
  wake_one();
}

void ThreadPoolExecutor::Pool::wait_for_room(std::unique_lock<std::mutex>& lock) {
  const auto limit = static_cast<std::size_t>(m_options.max_outstanding);
  while (limit > 0 && m_outstanding >= limit) {
    // A thread of the pool could wait for itself.
    if (m_options.when_full == WhenFull::refuse || is_pool_thread()) throw QueueFull();
    ++m_submitters;
    m_room.wait(lock);
    --m_submitters;
    require_usable();
  }
}

void ThreadPoolExecutor::Pool::release_calls(std::size_t count) {
  m_outstanding -= count;
  if (count > 0 && m_submitters > 0) m_room.notify_all();
}

void ThreadPoolExecutor::Pool::start_workers(std::optional<int> count) {
  require_own_process();
  const std::lock_guard lock(m_mutex);
  require_usable();
  const std::size_t wanted = static_cast<std::size_t>(std::max(0, count.value_or(*m_options.max_workers)));
  while (m_workers.size() < wanted && start_worker()) {
  }
}

/// Starts a thread. False if there are max_workers, or if the system refuses another one.
bool ThreadPoolExecutor::Pool::start_worker() {
  if (static_cast<int>(m_workers.size()) == *m_options.max_workers) return false;
  auto& worker = m_workers.emplace_back(std::make_unique<Worker>());
  try {
    const posix::BlockedSignals inherited;
    worker->thread = posix::start_thread(
        [self = shared_from_this(), &worker = *worker, number = static_cast<int>(m_workers.size()) - 1] {
          self->work(worker, number);
        });
    return true;
  } catch (const std::system_error&) {
    m_workers.pop_back();
    if (m_workers.empty()) throw;  // no thread could run the calls
    return false;
  }
}

void ThreadPoolExecutor::Pool::wake_one() {
  if (m_waiting.empty()) return;
  Worker* const worker = m_waiting.back();
  m_waiting.pop_back();
  worker->waiting = worker->idle = false;
  worker->loop->wake();
}

ThreadPoolExecutor::Pool::Threads ThreadPoolExecutor::Pool::begin_shutdown(bool wait, bool cancel_futures) {
  std::vector<std::shared_ptr<detail::LocalCall>> cancelled;
  Threads threads;
  {
    const std::lock_guard lock(m_mutex);
    m_shut_down = true;
    m_lingers = !wait;
    if (cancel_futures) cancelled = m_queue.pop_all();
    m_outstanding -= cancelled.size();
    m_room.notify_all();
    while (!m_waiting.empty()) wake_one();
    const auto is_other = [](const std::thread& thread) {
      return thread.joinable() && thread.get_id() != std::this_thread::get_id();
    };
    if (wait)
      for (auto& worker : m_workers)
        if (is_other(worker->thread)) threads.push_back(std::move(worker->thread));
  }
  for (const auto& call : cancelled) {
    call->state().cancel();
    call->state().begin();
  }
  return threads;
}

void ThreadPoolExecutor::Pool::shutdown(bool wait, bool cancel_futures) {
  const bool can_wait = wait && !is_pool_thread();
  for (std::thread& thread : begin_shutdown(can_wait, cancel_futures)) thread.join();
  if (wait && !can_wait)
    throw std::runtime_error("a call or a callback of this pool cannot wait for the pool's end");
}

void ThreadPoolExecutor::Pool::release() {
  {
    const std::lock_guard lock(m_mutex);
    if (m_lingers && m_shut_down) return;
  }
  for (std::thread& thread : begin_shutdown(!is_pool_thread(), false)) thread.join();
}

void ThreadPoolExecutor::Pool::finish() {
  for (std::thread& thread : begin_shutdown(true, false)) thread.join();
}

void ThreadPoolExecutor::Pool::work(Worker& worker, int number) {
  futures::current_pool() = this;
  posix::set_thread_name(m_options.thread_name_prefix + "_" + std::to_string(number));
  std::optional<EventLoop> owned_loop;
  try {
    owned_loop.emplace();
  } catch (const std::exception&) {
    return break_pool("", std::current_exception());
  }
  EventLoop& loop = *owned_loop;
  loop.ignore_signals();
  {
    const std::lock_guard lock(m_mutex);
    worker.loop = &loop;
  }
  try {
    if (m_options.initializer) m_options.initializer();
    serve(worker, loop);
  } catch (...) {
    break_pool("its initializer threw ", std::current_exception());
  }
  const std::lock_guard lock(m_mutex);
  if (worker.waiting) std::erase(m_waiting, &worker);
  worker.waiting = false;
  worker.loop = nullptr;
}

void ThreadPoolExecutor::Pool::serve(Worker& worker, EventLoop& loop) {
  for (bool is_finished = false; !is_finished;) {
    auto call = take_or_wait(worker, is_finished);
    const bool has_call = static_cast<bool>(call);
    if (has_call) run(worker, std::move(call));
    if (!is_finished) loop.run_once(has_call ? Duration(Duration::zero()) : Duration(Duration::min()));
  }
}

std::shared_ptr<detail::LocalCall> ThreadPoolExecutor::Pool::take_or_wait(Worker& worker, bool& is_finished) {
  const std::lock_guard lock(m_mutex);
  if (worker.waiting) std::erase(m_waiting, &worker);
  worker.waiting = worker.idle = false;
  release_calls(std::exchange(worker.ended, 0));
  if (worker.in_flight == m_options.worker_concurrency) return nullptr;
  if (auto call = m_queue.pop()) return call;
  is_finished = worker.in_flight == 0 && (m_shut_down || m_broken);
  if (m_shut_down || m_broken) return nullptr;
  worker.waiting = true;
  worker.idle = worker.in_flight == 0;
  m_waiting.insert(worker.idle ? m_waiting.end() : m_waiting.begin(), &worker);
  return nullptr;
}

void ThreadPoolExecutor::Pool::run(Worker& worker, std::shared_ptr<detail::LocalCall> call) {
  if (call->is_coroutine()) return run_coroutine(worker, std::move(call));
  if (call->state().begin()) run_function(std::move(call));
  ++worker.ended;
}

void ThreadPoolExecutor::Pool::run_coroutine(Worker& worker, std::shared_ptr<detail::LocalCall> call) {
  detail::LocalCall& running = *call;
  try {
    // Before begin(): a thread that sees the call run may terminate it.
    const std::lock_guard lock(m_mutex);
    m_coroutines.emplace(&running, Coroutine{call, worker.loop});
  } catch (const std::bad_alloc&) {
    if (running.state().begin()) running.state().end_early(std::current_exception());
    ++worker.ended;
    return;
  }
  if (!running.state().begin()) {
    forget_coroutine(running);
    ++worker.ended;
    return;
  }
  ++worker.in_flight;
  running.run([this, &worker, call = std::move(call)] {
    --worker.in_flight;
    ++worker.ended;
    forget_coroutine(*call);
  });
}

void ThreadPoolExecutor::Pool::forget_coroutine(detail::LocalCall& call) {
  const std::lock_guard lock(m_mutex);
  m_coroutines.erase(&call);
}

void ThreadPoolExecutor::Pool::run_function(std::shared_ptr<detail::LocalCall> call) {
  std::optional<futures::StopTimer::Deadline> deadline;
  const std::optional<Duration> timeout = call->options().timeout;
  if (timeout && call->can_be_asked_to_stop()) {
    const auto due = detail::time_after(detail::Clock::now(), *timeout);
    try {
      if (due < detail::Clock::time_point::max()) deadline.emplace(m_stop_timer, due, call);
    } catch (...) {  // no thread for the timer
      call->state().end_early(std::current_exception());
      return;
    }
  }
  call->run([] {});
}

void ThreadPoolExecutor::Pool::break_pool(const char* context, std::exception_ptr cause) {
  std::string why = "out of memory";  // which needs none
  try {
    why = std::string("a worker thread could not start: ") + context + exception_text(cause);
  } catch (const std::bad_alloc&) {
  }
  report_message({why});
  std::vector<std::shared_ptr<detail::LocalCall>> failed;
  {
    const std::lock_guard lock(m_mutex);
    m_broken = why;
    failed = m_queue.pop_all();
    m_room.notify_all();
    while (!m_waiting.empty()) wake_one();
  }
  for (const auto& call : failed)
    if (call->state().begin()) call->state().end_early(std::make_exception_ptr(BrokenThreadPool(why)));
}

ThreadPoolExecutor::ThreadPoolExecutor(ThreadPoolExecutorOptions options)
    : m_pool(std::make_shared<Pool>(std::move(options))) {
  futures::finish_at_exit(m_pool);
}

ThreadPoolExecutor::~ThreadPoolExecutor() {
  futures::release_pool(m_pool);
}

void ThreadPoolExecutor::start_workers(std::optional<int> count) {
  m_pool->start_workers(count);
}

void ThreadPoolExecutor::run_loop(std::size_t size,
                                  const std::function<void(std::size_t, std::size_t)>& run) {
  m_pool->check_open();
  const std::size_t threads = std::min(size, m_pool->max_workers());
  futures::ParallelLoop loop(size, std::max<std::size_t>(threads, 1), run);
  const bool takes_part = m_pool->can_run_here();
  std::vector<Future<void>> workers;
  std::exception_ptr refusal;
  try {
    while (workers.size() + (takes_part ? 1 : 0) < threads)
      workers.push_back(submit([&loop] { loop.work(); }));
  } catch (...) {
    refusal = std::current_exception();
  }
  // When one has ended, the others that have not begun find nothing to do.
  if (takes_part)
    loop.work();
  else if (!workers.empty())
    spritefarm::wait(workers, ReturnWhen::first_completed);
  std::erase_if(workers, [](Future<void>& each) { return each.cancel(); });
  spritefarm::wait(workers);
  if (loop.finish()) return;
  for (Future<void>& each : workers) each.result();
  if (refusal) std::rethrow_exception(refusal);
  throw CancelledError();
}

void ThreadPoolExecutor::shutdown(bool wait, bool cancel_futures) {
  m_pool->shutdown(wait, cancel_futures);
}

void ThreadPoolExecutor::schedule(std::shared_ptr<detail::Call> call) {
  m_pool->schedule(std::static_pointer_cast<detail::LocalCall>(std::move(call)));
}

}  // namespace spritefarm
