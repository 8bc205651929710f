#pragma once

#include "cli/activity_board.hpp"
#include "farm/farm_task.hpp"
#include "farm/output_files.hpp"
#include "net/http_client.hpp"
#include "pokeapi/selector.hpp"
#include "text/output_template.hpp"

#include <spritefarm/event_loop.hpp>
#include <spritefarm/task.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// The settings of every worker of a run, from the command line.
struct WorkerSettings {
  net::HttpOptions http;
  std::vector<std::string> sprite_keys;  ///< as given
  pokeapi::Selector selector;            ///< parsed from sprite_keys
  text::OutputTemplate path_template;
  std::string output;
  bool dry_run = false;
  bool server_times = false;                    ///< files take the time of their Last-Modified
  std::chrono::milliseconds compute{0};         ///< additional CPU time for each sprite
  bool remembers = false;                       ///< results hold what the cache stores for later runs
  bool times = false;                           ///< results hold the times of their parts
  bool sends_files = false;                     ///< results hold the files; the worker writes none
  std::shared_ptr<cli::ActivityBoard> board{};  ///< shows the activity of each worker; may be null
};

/// The state that all calls of a worker share: its connections, the output directory, the settings. Each
/// worker (a process, a thread or the program itself) creates its own after the last fork. The worker's event
/// loop owns it, and only the worker's thread uses it.
class Downloader {
 public:
  /// Creates the Downloader of the calling worker; for an executor's initializer. Throws std::system_error if
  /// the output directory is gone.
  static Downloader& install(const WorkerSettings& settings);
  /// The Downloader of the calling worker. Throws std::logic_error if there is none.
  static Downloader& current();

  Downloader(EventLoop& loop, WorkerSettings settings);

  [[nodiscard]] const WorkerSettings& settings() const noexcept { return m_settings; }
  [[nodiscard]] cli::ActivityBoard::Row& row() noexcept { return m_row; }

  /// Starts to connect to the hosts of these URLs before there is work; see HttpClient::open().
  void connect_ahead(const std::vector<std::string>& urls);

  /// Same as HttpClient::fetch(), but also adds to `count`.
  Task<net::HttpFetch> get(net::HttpRequest request, RequestCount& count);
  /// The same for a document of the API. If the status is 404, it also tries the URL with its trailing slash
  /// toggled.
  Task<net::HttpFetch> get_document(net::HttpRequest request, RequestCount& count);

  /// Writes the file of a sprite, or puts it into the result; see WorkerSettings::sends_files.
  void save(SpriteFile file, SpriteResult& sprite, FarmResult& result) const;

 private:
  const WorkerSettings m_settings;
  cli::ActivityBoard::Row m_row;
  std::optional<OutputFiles> m_output;  // none if this worker writes no files
  net::HttpClient m_client;
  std::vector<Task<void>> m_connecting;
};

}  // namespace spritefarm::farm
