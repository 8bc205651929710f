#include "cluster/storm.hpp"

#include "support/eventually.hpp"

#include <spritefarm/futures.hpp>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace spritefarm::test {
namespace {

int counted(const std::string& file, int value, int milliseconds) {
  note(file);
  if (milliseconds > 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return value;
}

double seconds(Load::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Load::Load(ClusterExecutor& cluster, const Cluster& group, int calls, std::chrono::milliseconds duration)
    : m_file(group.file("load")) {
  for (int i = 0; i < calls; ++i) {
    m_futures.push_back(
        cluster.submit(TaskOptions{.retries = 20}, counted, m_file, i, static_cast<int>(duration.count())));
    m_futures.back().add_done_callback([progress = m_progress](const Future<int>&) {
      const std::lock_guard lock(progress->mutex);
      const auto now = Clock::now();
      if (progress->ended > 0) progress->stall = std::max(progress->stall, now - progress->last);
      progress->last = now;
      ++progress->ended;
    });
  }
}

Load::~Load() {
  for (Future<int>& future : m_futures) future.terminate();
}

void Load::wait_for(double part) const {
  if (!eventually([&] { return runs() >= part * static_cast<double>(m_futures.size()); },
                  std::chrono::minutes(2)))
    throw std::runtime_error("only " + std::to_string(runs()) + " of " + std::to_string(m_futures.size()) +
                             " calls have run after two minutes");
}

void Load::finish() {
  int value = 0;
  for (const Future<int>& future : m_futures) {
    try {
      if (future.result(std::chrono::minutes(2)) != value) ++m_lost;
    } catch (const TimeoutError&) {
      throw std::runtime_error("call " + std::to_string(value) + " does not end");
    } catch (const std::exception&) {
      ++m_lost;
    }
    ++value;
  }
  // A future is done before its callback has been called.
  if (!eventually([this] {
        const std::lock_guard lock(m_progress->mutex);
        return m_progress->ended == m_futures.size();
      }))
    throw std::runtime_error("a done callback was not called");
}

double Load::stall() const {
  const std::lock_guard lock(m_progress->mutex);
  return seconds(m_progress->stall);
}

double Load::rate() const {
  const std::lock_guard lock(m_progress->mutex);
  return static_cast<double>(m_progress->ended) / seconds(m_progress->last - m_begin);
}

void print_storm(const std::string& fault, const std::string& seen, const std::string& lost,
                 const std::string& ran_twice, const std::string& stall) {
  std::printf("%-38s | %-66s | %4s | %9s | %s\n", fault.c_str(), seen.c_str(), lost.c_str(),
              ran_twice.c_str(), stall.c_str());
  std::fflush(stdout);
}

void print_storm(const std::string& fault, const std::string& seen, const Load& load) {
  char stall[16];
  std::snprintf(stall, sizeof stall, "%.2f s", load.stall());
  print_storm(fault, seen + ", " + std::to_string(static_cast<int>(load.rate())) + " calls/s",
              std::to_string(load.lost()), std::to_string(load.ran_twice()), stall);
}

}  // namespace spritefarm::test
