#pragma once

#include <cstddef>
#include <iterator>
#include <limits>

namespace spritefarm::test {

/// The numbers from `first` to `end`, without `end`; by default almost endless. Counts the numbers that are
/// taken. One iteration only.
class Naturals {
 public:
  explicit Naturals(int first = 0, int end = std::numeric_limits<int>::max()) : m_next(first), m_end(end) {}

  [[nodiscard]] int taken() const noexcept { return m_taken; }

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = int;
    explicit Iterator(Naturals* range) : m_range(range) {}
    int operator*() const {
      ++m_range->m_taken;
      return m_range->m_next;
    }
    Iterator& operator++() {
      ++m_range->m_next;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return m_range->m_next == m_range->m_end; }

   private:
    Naturals* m_range;
  };
  Iterator begin() { return Iterator(this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  int m_next, m_end;
  int m_taken = 0;
};

}  // namespace spritefarm::test
