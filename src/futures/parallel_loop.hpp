#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>

namespace spritefarm::futures {

/// The items of one ThreadPoolExecutor::for_each(), which threads take in pieces. Owned by the thread that
/// waits for the loop.
class ParallelLoop {
 public:
  /// Calls the function of the user with the items from `begin` up to `end`.
  using Run = std::function<void(std::size_t begin, std::size_t end)>;

  ParallelLoop(std::size_t size, std::size_t threads, const Run& run);

  /// Runs pieces until all are taken or one has thrown. Each thread of the loop calls it.
  void work() noexcept;
  /// True if all pieces were taken. Throws what a piece threw first. For the time when no thread works.
  [[nodiscard]] bool finish() const;

 private:
  const std::size_t m_size;
  const std::size_t m_piece;  // items
  const Run& m_run;
  std::atomic<std::size_t> m_next = 0;  // the first item that no thread has taken
  std::mutex m_mutex;
  std::exception_ptr m_failure;
};

}  // namespace spritefarm::futures
