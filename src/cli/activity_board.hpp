#pragma once

#include "posix/shared_memory.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::cli {

/// Where each worker of a run, be it a process or a thread, says what it is at, for whoever wants to show it: in shared
/// memory, made before the first of them is forked. Nobody waits for anybody, and a worker that dies leaves its row to the
/// next. The constructor throws std::system_error.
class ActivityBoard {
 public:
  explicit ActivityBoard(int workers);

  /// A worker's row on the board, or none. Used by that worker alone.
  class Row {
   public:
    Row() = default;

    /// Is on the board as long as it lives: that the worker is at this pokémon.
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
  /// For a worker, once: the row of the calling thread.
  [[nodiscard]] Row take_row() noexcept;

  struct Activity {
    std::uint32_t in_flight = 0;  ///< pokémon
    std::uint64_t done = 0;
    std::string pokemon;  ///< that was begun last
  };
  /// Of all places that have been taken.
  [[nodiscard]] std::vector<Activity> read() const;

 private:
  int m_workers;
  posix::SharedMemory m_memory;
  Row::Entry* m_entries;
};

}  // namespace spritefarm::cli
