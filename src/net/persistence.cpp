#include "net/persistence.hpp"

#include <algorithm>

namespace spritefarm::net {
namespace {

// In the place of one retry.
constexpr int most_of_many_kinds = 6, most_if_rewarded = 20;
constexpr int most_in_a_row_if_rewarded = 2;
// A resolver's hiccup passes soon, and a wrong name never.
constexpr int most_lookups_again = 1;

}  // namespace

void Persistence::count(FailureKind kind) {
  ++m_failures;
  m_in_a_row = kind == m_last ? m_in_a_row + 1 : 1;
  m_last = kind;
}

bool Persistence::goes_on(bool rewards) const noexcept {
  const int retries =
      m_last.failure == FetchFailure::unresolved ? std::min(m_retries, most_lookups_again) : m_retries;
  return m_in_a_row <= retries * (rewards ? most_in_a_row_if_rewarded : 1) &&
         m_failures <= retries * (rewards ? most_if_rewarded : most_of_many_kinds);
}

}  // namespace spritefarm::net
