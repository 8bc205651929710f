#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>

namespace spritefarm::detail {

/// What a call of several items has cost.
struct ChunkCost {
  std::size_t items = 1;            ///< that it has run, at least 1
  std::chrono::nanoseconds time{};  ///< for which it ran them
  std::size_t bytes = 0;            ///< that travelled, there or back
};

/// Decides how many items of a map() one call of a process pool takes if the user does not say. A call costs
/// a few microseconds, whatever it does. So a call takes as many items as run for `call_time`, by the newest
/// measurements: a higher cost counts at once, a lower one by halves. Until the first measurement a call
/// takes one item.
///
/// A worker returns the items of a call that it has not begun after `max_call_time`; other calls take them.
/// So an item waits for the others of its call for that time, and one item, whatever they cost.
///
/// Pure: it has no clock. The thread that submits calls size(), the thread that receives results calls
/// record().
class ChunkSizer {
 public:
  static constexpr std::chrono::nanoseconds call_time = std::chrono::microseconds(100);
  static constexpr std::chrono::nanoseconds max_call_time = std::chrono::milliseconds(1);
  static constexpr std::size_t max_items = 1024;
  static constexpr std::size_t call_bytes = 32 << 10;

  /// The number of items of the next call, at most `room`, at least 1.
  [[nodiscard]] std::size_t size(std::size_t room) const noexcept {
    return std::max<std::size_t>(1, std::min(m_size.load(std::memory_order_relaxed), room));
  }
  void record(const ChunkCost& cost) noexcept {
    const double items = static_cast<double>(cost.items);
    m_item_time = std::max(static_cast<double>(cost.time.count()) / items, m_item_time / 2);
    m_item_bytes = std::max(static_cast<double>(cost.bytes) / items, m_item_bytes / 2);
    const double size = std::min({static_cast<double>(max_items), times(call_time.count(), m_item_time),
                                  times(call_bytes, m_item_bytes)});
    m_size.store(static_cast<std::size_t>(size), std::memory_order_relaxed);
  }

 private:
  /// How many times `part` fits into `whole`. It can be 0, which fits for ever.
  static double times(double whole, double part) noexcept {
    return part * max_items < whole ? max_items : whole / part;
  }

  double m_item_time = 0;  // nanoseconds
  double m_item_bytes = 0;
  std::atomic<std::size_t> m_size{1};
};

}  // namespace spritefarm::detail
