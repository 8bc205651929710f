#include "cli/activity_board.hpp"

#include "base/shared_text.hpp"
#include "posix/threads.hpp"

#include <atomic>
#include <memory>

namespace spritefarm::cli {

struct ActivityBoard::Place::Entry {
  std::atomic<int> thread;  // whose place it is; 0: nobody's yet
  std::atomic<std::uint32_t> in_flight;
  std::atomic<std::uint64_t> done;
  SharedText<64> pokemon;
};

ActivityBoard::ActivityBoard(int workers)
    : m_workers(workers),
      m_memory(static_cast<std::size_t>(workers) * sizeof(Place::Entry)),
      m_entries(static_cast<Place::Entry*>(m_memory.data())) {
  std::uninitialized_value_construct_n(m_entries, workers);
}

ActivityBoard::Place ActivityBoard::take_place() noexcept {
  const int thread = posix::thread_id();
  for (int i = 0; i < m_workers; ++i) {
    Place::Entry& entry = m_entries[i];
    int owner = entry.thread;
    if (owner != 0 && posix::thread_exists(owner)) continue;
    if (!entry.thread.compare_exchange_strong(owner, thread)) continue;
    entry.in_flight = 0;  // what the one before was at died with it
    return Place(&entry);
  }
  return Place();
}

ActivityBoard::Place::Work::Work(Place& place, std::string_view pokemon) noexcept : m_place(place) {
  if (!m_place.m_entry) return;
  ++m_place.m_entry->in_flight;
  m_place.m_entry->pokemon.write(pokemon);
}

ActivityBoard::Place::Work::~Work() {
  if (!m_place.m_entry) return;
  --m_place.m_entry->in_flight;
  ++m_place.m_entry->done;
}

std::vector<ActivityBoard::Activity> ActivityBoard::read() const {
  std::vector<Activity> all;
  for (int i = 0; i < m_workers; ++i) {
    const Place::Entry& entry = m_entries[i];
    if (entry.thread != 0) all.push_back({entry.in_flight, entry.done, entry.pokemon.read()});
  }
  return all;
}

}  // namespace spritefarm::cli
