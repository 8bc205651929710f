#include "cli/activity_board.hpp"

#include "base/shared_text.hpp"
#include "posix/threads.hpp"

#include <fmt/format.h>

#include <atomic>
#include <memory>

namespace spritefarm::cli {

struct ActivityBoard::Row::Entry {
  std::atomic<int> thread;  // the owner's thread id; 0: not taken yet
  std::atomic<std::uint32_t> in_flight;
  std::atomic<std::uint64_t> done;
  SharedText<64> pokemon;
};

ActivityBoard::ActivityBoard(int workers)
    : m_workers(workers),
      m_memory(static_cast<std::size_t>(workers) * sizeof(Row::Entry)),
      m_entries(static_cast<Row::Entry*>(m_memory.data())) {
  std::uninitialized_value_construct_n(m_entries, workers);
}

ActivityBoard::Row ActivityBoard::take_row() noexcept {
  const int thread = posix::thread_id();
  for (int i = 0; i < m_workers; ++i) {
    Row::Entry& entry = m_entries[i];
    int owner = entry.thread;
    if (owner != 0 && posix::thread_exists(owner)) continue;
    if (!entry.thread.compare_exchange_strong(owner, thread)) continue;
    entry.in_flight = 0;  // the previous owner's work died with it
    return Row(&entry);
  }
  return Row();
}

ActivityBoard::Row::Work::Work(Row& row, std::string_view pokemon) noexcept : m_row(row) {
  if (!m_row.m_entry) return;
  ++m_row.m_entry->in_flight;
  m_row.m_entry->pokemon.write(pokemon);
}

ActivityBoard::Row::Work::~Work() {
  if (!m_row.m_entry) return;
  --m_row.m_entry->in_flight;
  ++m_row.m_entry->done;
}

std::vector<ActivityBoard::Activity> ActivityBoard::read() const {
  std::vector<Activity> all;
  for (int i = 0; i < m_workers; ++i) {
    const Row::Entry& entry = m_entries[i];
    if (entry.thread != 0) all.push_back({entry.in_flight, entry.done, entry.pokemon.read()});
  }
  return all;
}

std::vector<std::string> ActivityBoard::lines() const {
  std::vector<std::string> lines;
  for (const Activity& worker : read())
    lines.push_back(fmt::format("worker {:<3} {:>4} in flight {:>6} done  {}", lines.size() + 1,
                                worker.in_flight, worker.done, worker.in_flight > 0 ? worker.pokemon : "-"));
  return lines;
}

}  // namespace spritefarm::cli
