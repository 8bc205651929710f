#pragma once

#include "posix/shared_memory.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

/// The current activity of each worker of a run, a process or a thread, in shared memory. The coordinator
/// creates it before the first worker is forked and reads it to show progress; each worker writes its own
/// row. Lock-free: a worker that dies cannot block the others, and a later worker reuses its row. The
/// constructor throws std::system_error.
class ActivityBoard {
 public:
  explicit ActivityBoard(int workers);

  /// A worker's row on the board, or none. Only that worker uses it.
  class Row {
   public:
    Row() = default;

    /// Shows on the board, as long as it exists, that the worker processes this pokémon.
    class Work {
     public:
      Work(Row& row, std::string_view pokemon) noexcept;
      Work(const Work&) = delete;
      Work& operator=(const Work&) = delete;
      ~Work();

     private:
      Row& m_row;
    };

   private:
    friend class ActivityBoard;
    struct Entry;
    explicit Row(Entry* entry) noexcept : m_entry(entry) {}
    Entry* m_entry = nullptr;
  };
  /// The row of the calling thread; none if all rows are taken. Each worker calls it once.
  [[nodiscard]] Row take_row() noexcept;

  struct Activity {
    std::uint32_t in_flight = 0;  ///< pokémon
    std::uint64_t done = 0;
    std::string pokemon;  ///< the one begun last
  };
  /// The activity of all rows that have been taken. Any thread.
  [[nodiscard]] std::vector<Activity> read() const;
  /// The same as lines of the progress.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  int m_workers;
  posix::SharedMemory m_memory;
  Row::Entry* m_entries;
};

}  // namespace spritefarm::cli
