#include "futures/thread_pool.hpp"

#include "base/exception_text.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>

namespace spritefarm {
namespace {

ThreadPoolExecutorOptions checked(ThreadPoolExecutorOptions options) {
  if (!options.max_workers)
    options.max_workers = std::min(32, static_cast<int>(std::thread::hardware_concurrency()) + 4);
  if (*options.max_workers < 1) throw std::invalid_argument("max_workers must be at least 1");
  if (options.worker_concurrency < 1) throw std::invalid_argument("worker_concurrency must be at least 1");
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

bool ThreadPoolExecutor::Pool::lingers() const {
  const std::lock_guard lock(m_mutex);
  return m_lingers;
}

bool ThreadPoolExecutor::Pool::terminate(detail::Call& call) {
  auto& local = static_cast<detail::LocalCall&>(call);
  if (!local.is_coroutine() || !local.state().end_early(nullptr)) return false;
  const std::lock_guard lock(m_mutex);
  if (local.loop)
    local.loop->post([&local, keep = local.state().shared_from_this()] { local.stop(nullptr); });
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

void ThreadPoolExecutor::Pool::schedule(std::shared_ptr<detail::LocalCall> call) {
  require_own_process();
  call->set_owner(weak_from_this());
  const std::lock_guard lock(m_mutex);
  require_usable();
  const bool has_idle_worker = !m_waiting.empty() && m_waiting.back()->idle;
  if (!has_idle_worker) start_worker();
  m_queue.push_back(std::move(call));
  wake_one();
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
    worker->thread =
        std::thread([self = shared_from_this(), &worker = *worker,
                     number = static_cast<int>(m_workers.size()) - 1] { self->work(worker, number); });
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

void ThreadPoolExecutor::Pool::shutdown(bool wait, bool cancel_futures) {
  std::deque<std::shared_ptr<detail::LocalCall>> cancelled;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(m_mutex);
    m_shut_down = true;
    m_lingers = !wait;
    if (cancel_futures) cancelled.swap(m_queue);
    while (!m_waiting.empty()) wake_one();
    if (wait)
      for (auto& worker : m_workers)
        if (worker->thread.joinable()) threads.push_back(std::move(worker->thread));
  }
  for (const auto& call : cancelled) {
    call->state().cancel();
    call->state().begin();
  }
  for (std::thread& thread : threads) thread.join();
}

void ThreadPoolExecutor::Pool::work(Worker& worker, int number) {
  posix::set_thread_name(m_options.thread_name_prefix + "_" + std::to_string(number));
  std::optional<EventLoop> owned_loop;
  try {
    owned_loop.emplace();
  } catch (const std::system_error&) {
    return break_pool("", std::current_exception());
  }
  EventLoop& loop = *owned_loop;
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
  const auto finished = [&] {
    const std::lock_guard lock(m_mutex);
    return worker.in_flight == 0 && m_queue.empty() && (m_shut_down || m_broken);
  };
  while (!finished()) {
    if (worker.in_flight < m_options.worker_concurrency) {
      if (auto call = take_or_wait(worker)) {
        run(worker, std::move(call));
        loop.run_once(EventLoop::Clock::duration::zero());
        continue;
      }
    }
    if (finished()) break;
    loop.run_once(EventLoop::Clock::duration(-1));
  }
}

std::shared_ptr<detail::LocalCall> ThreadPoolExecutor::Pool::take_or_wait(Worker& worker) {
  const std::lock_guard lock(m_mutex);
  if (!m_queue.empty()) {
    auto call = std::move(m_queue.front());
    m_queue.pop_front();
    if (worker.waiting) std::erase(m_waiting, &worker);
    worker.waiting = worker.idle = false;
    return call;
  }
  if (m_shut_down) return nullptr;
  if (worker.waiting) std::erase(m_waiting, &worker);
  worker.waiting = true;
  worker.idle = worker.in_flight == 0;
  m_waiting.insert(worker.idle ? m_waiting.end() : m_waiting.begin(), &worker);
  return nullptr;
}

void ThreadPoolExecutor::Pool::run(Worker& worker, std::shared_ptr<detail::LocalCall> call) {
  const auto set_loop = [this, &call](EventLoop* loop) {
    const std::lock_guard lock(m_mutex);
    call->loop = loop;
  };
  set_loop(worker.loop);  // before begin(): a thread that sees the call run may terminate it
  if (!call->state().begin()) return set_loop(nullptr);
  ++worker.in_flight;
  detail::LocalCall& running = *call;
  running.run([this, &worker, call = std::move(call)] {
    --worker.in_flight;
    const std::lock_guard lock(m_mutex);
    call->loop = nullptr;
  });
}

void ThreadPoolExecutor::Pool::break_pool(const char* context, std::exception_ptr cause) {
  const std::string why = std::string("a worker thread could not start: ") + context + exception_text(cause);
  std::cerr << "spritefarm: " << why << '\n';
  std::deque<std::shared_ptr<detail::LocalCall>> failed;
  {
    const std::lock_guard lock(m_mutex);
    m_broken = why;
    failed.swap(m_queue);
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
  if (!m_pool->belongs_to_this_process())
    new std::shared_ptr<Pool>(std::move(m_pool));  // leaked: the threads belong to the parent
  else if (!m_pool->lingers())
    m_pool->shutdown(true, false);
}

void ThreadPoolExecutor::start_workers(std::optional<int> count) {
  m_pool->start_workers(count);
}

void ThreadPoolExecutor::shutdown(bool wait, bool cancel_futures) {
  m_pool->shutdown(wait, cancel_futures);
}

void ThreadPoolExecutor::schedule(std::shared_ptr<detail::Call> call) {
  m_pool->schedule(std::static_pointer_cast<detail::LocalCall>(std::move(call)));
}

}  // namespace spritefarm
