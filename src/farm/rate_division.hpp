#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// Divides the rates of a run over its nodes by their slots, so that the parts add up to at most the whole at
/// any time. Pure: it has no connection and no clock.
///
/// A table of parts has an epoch. A node uses the newest table that it has, until part_lasts after it got
/// one, and tells its epoch. Until it does, it may use its part of any table since the epoch that it told
/// last, so a part is given to another node only when its old owner has told a table without it. A node that
/// is not heard of keeps its part until lost_after: by then it has had nothing for part_lasts.
class RateDivision {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds part_lasts{30};
  static constexpr std::chrono::seconds lost_after{60};

  /// `reserved`: what no node gets.
  explicit RateDivision(double reserved) : m_whole(1 - reserved) {}

  struct Node {
    std::string name;
    int slots = 0;
    std::uint32_t epoch = 0;  ///< of the table that it uses; 0: it has none
  };
  struct Part {
    std::string name;
    double part = 0;
  };
  struct Table {
    std::uint32_t epoch = 0;
    std::vector<Part> parts{};
  };

  /// The nodes that are there now. Returns whether the table has changed.
  bool update(const std::vector<Node>& nodes, Time now);
  [[nodiscard]] const Table& table() const noexcept { return m_table; }

 private:
  struct Entry {
    int slots = 0;
    bool is_there = false;
    Time seen{};
    std::map<std::uint32_t, double> sent{};  // by epoch, since the one that it told
    [[nodiscard]] double max_part() const;
  };

  void take(const std::vector<Node>& nodes, Time now);

  const double m_whole;
  std::map<std::string, Entry> m_entries;
  Table m_table;
};

}  // namespace spritefarm::farm
