#include "futures/pool_release.hpp"
#include "futures/process_pool.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <csignal>
#include <utility>

namespace spritefarm {

ProcessPoolExecutor::ProcessPoolExecutor(ProcessPoolExecutorOptions options)
    : m_pool(std::make_shared<Pool>(std::move(options))) {
  m_pool->start();
}

ProcessPoolExecutor::~ProcessPoolExecutor() {
  futures::release_pool(m_pool);
}

void ProcessPoolExecutor::start_workers(std::optional<int> count) {
  m_pool->start_workers(count);
}

void ProcessPoolExecutor::shutdown(bool wait, bool cancel_futures) {
  m_pool->shutdown(wait, cancel_futures);
}

void ProcessPoolExecutor::terminate_workers() {
  m_pool->end_workers(SIGTERM, "the pool was ended by terminate_workers()");
}
void ProcessPoolExecutor::kill_workers() {
  m_pool->end_workers(SIGKILL, "the pool was ended by kill_workers()");
}

void ProcessPoolExecutor::suspend_workers() {
  m_pool->suspend_workers();
}
void ProcessPoolExecutor::resume_workers() {
  m_pool->resume_workers();
}

void ProcessPoolExecutor::schedule(std::shared_ptr<detail::Call> call) {
  m_pool->schedule(std::static_pointer_cast<detail::RemoteCall>(std::move(call)));
}

detail::LargeMemory* ProcessPoolExecutor::large_memory() noexcept {
  return &m_pool->large_memory();
}

bool ProcessPoolExecutor::chooses_chunks() const noexcept {
  return m_pool->chooses_chunks();
}

std::vector<int> ProcessPoolExecutor::worker_pids() const {
  return m_pool->worker_pids();
}
int ProcessPoolExecutor::worker_deaths() const {
  return m_pool->worker_deaths();
}

}  // namespace spritefarm
