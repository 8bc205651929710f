#pragma once

#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/detail/future_state.hpp>
#include <spritefarm/detail/visibility.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <ranges>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace SPRITEFARM_API spritefarm {

enum class ReturnWhen;

namespace detail {

/// Collects futures as they become done. Owned by the waiting thread, which calls next(); the futures add
/// themselves on their threads. The destructor ends the watches.
class Completions {
 public:
  Completions() = default;
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;
  ~Completions();

  /// Watches a future, each only once. It must live until forget() or the destructor.
  void watch(FutureState& future);
  void forget(FutureState& future) noexcept;
  /// Waits for the next future that is done. Null at the deadline.
  FutureState* next(Deadline deadline);

 private:
  /// Its place in the list of one future.
  class Watch final : public FutureWaiter {
   public:
    explicit Watch(Completions& owner) : FutureWaiter(false), m_owner(owner) {}
    void on_done(FutureState& future) noexcept override { m_owner.add_done(future); }

   private:
    Completions& m_owner;
  };
  void add_done(FutureState& future) noexcept;

  std::mutex m_mutex{};
  std::condition_variable m_changed{};
  std::deque<FutureState*> m_done{};
  std::unordered_map<FutureState*, Watch> m_watched{};
};

/// Waits until `when` is true of the futures, or until the deadline. Returns those that are done.
std::unordered_set<const FutureState*> wait_for(const std::vector<FutureState*>& futures, Deadline deadline,
                                                ReturnWhen when);

template <typename Futures>
using FutureOf = std::remove_cvref_t<std::ranges::range_reference_t<Futures>>;

/// Each future once, in order.
template <typename Futures>
auto distinct(Futures&& futures) {
  std::vector<FutureOf<Futures>> once;
  std::unordered_set<const FutureState*> seen;
  for (auto&& future : futures)
    if (seen.insert(&future.state()).second) once.push_back(future);
  return once;
}

}  // namespace detail
}  // namespace spritefarm
