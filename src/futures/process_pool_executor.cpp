#include "futures/process_pool.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <utility>

namespace spritefarm {

ProcessPoolExecutor::ProcessPoolExecutor(ProcessPoolExecutorOptions options)
    : m_pool(std::make_unique<Pool>(std::move(options))) {}
ProcessPoolExecutor::~ProcessPoolExecutor() = default;

void ProcessPoolExecutor::shutdown(bool wait, bool cancel_futures) {
  m_pool->shutdown(wait, cancel_futures);
}

void ProcessPoolExecutor::schedule(std::shared_ptr<detail::Call> call) {
  m_pool->schedule(std::static_pointer_cast<detail::RemoteCall>(std::move(call)));
}

std::vector<int> ProcessPoolExecutor::worker_pids() const {
  return m_pool->worker_pids();
}
int ProcessPoolExecutor::worker_deaths() const {
  return m_pool->worker_deaths();
}

}  // namespace spritefarm
