#pragma once

#include "cli/text_style.hpp"
#include "farm/farm_task.hpp"
#include "farm/notes.hpp"
#include "farm/run_cluster.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spritefarm::farm {

/// What one run did: counters, and the names of the sprites that failed, are missing or are planned by a dry
/// run. Owned by the run, filled by its accounting; used by the main thread.
class Report {
 public:
  struct Configuration {
    std::string_view mode;
    int workers = 1;
    int concurrency = 1;
    std::string_view transport;
    std::string sandbox{};  ///< what confines the workers
    bool dry_run = false;
    bool is_cluster = false;
  };
  explicit Report(Configuration configuration) : m_configuration(std::move(configuration)) {}

  void add(const FarmResult& result);
  void add(const RequestCount& count);
  void add(Note note) { m_notes.push_back(std::move(note)); }
  /// Of a cluster: every node that was there.
  void set_nodes(std::vector<NodeReport> nodes) { m_nodes = std::move(nodes); }
  void set_interrupted() { m_interrupted = true; }
  void set_worker_deaths(std::uint64_t deaths) { m_worker_deaths = deaths; }

  [[nodiscard]] std::uint64_t selected() const noexcept { return m_selected; }
  [[nodiscard]] std::uint64_t downloaded() const noexcept { return m_downloaded; }
  [[nodiscard]] std::uint64_t missing() const noexcept { return m_missing.size(); }
  [[nodiscard]] std::uint64_t failed() const noexcept { return m_failures.size(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return m_bytes; }
  [[nodiscard]] const std::string& sandbox() const noexcept { return m_configuration.sandbox; }
  [[nodiscard]] const RequestCount& count() const noexcept { return m_count; }

  /// The whole as one JSON object, with a newline at its end.
  [[nodiscard]] std::string json(double seconds) const;
  /// The whole as one line for people.
  [[nodiscard]] cli::Line summary(double seconds, std::string_view directory) const;

 private:
  struct Named {
    std::string name;
    SpriteResult sprite;
  };

  [[nodiscard]] int workers() const noexcept;

  const Configuration m_configuration;
  std::uint64_t m_selected = 0;
  std::uint64_t m_downloaded = 0;
  std::uint64_t m_unchanged = 0;
  RequestCount m_count;
  std::uint64_t m_worker_deaths = 0;
  bool m_interrupted = false;
  std::uint64_t m_bytes = 0;
  std::vector<Named> m_failures;
  std::vector<Named> m_missing;
  std::vector<Named> m_planned;
  std::vector<Note> m_notes;
  std::vector<NodeReport> m_nodes;
};

}  // namespace spritefarm::farm
