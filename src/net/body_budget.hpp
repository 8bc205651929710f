#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace spritefarm::net {

/// The memory of all bodies that a client receives at the same time. A transfer whose body would exceed it
/// waits until another one has ended. One of them, the first to exceed it, never waits, so that there is
/// always one that ends: its own limit comes on top. Owned by the client, used by its thread.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t max_bytes) noexcept : m_max_bytes(max_bytes) {}
  BodyBudget(const BodyBudget&) = delete;
  BodyBudget& operator=(const BodyBudget&) = delete;

  /// The part of one transfer, returned by the destructor.
  class Share {
   public:
    /// `resume` is called, once for each refusal, when there may be room again. It must not end a transfer.
    Share(BodyBudget& budget, std::function<void()> resume) : m_budget(budget), m_resume(std::move(resume)) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share();

    /// Whether the body may have this size. If not, the transfer waits.
    bool grow_to(std::size_t size);
    [[nodiscard]] bool is_waiting() const noexcept { return m_is_waiting; }

   private:
    friend class BodyBudget;
    BodyBudget& m_budget;
    std::function<void()> m_resume;
    std::size_t m_size = 0;
    bool m_is_waiting = false;
  };

  [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }

 private:
  const std::size_t m_max_bytes;
  std::size_t m_bytes = 0;
  const Share* m_favoured = nullptr;
  std::vector<Share*> m_waiting;
};

}  // namespace spritefarm::net
