#pragma once

#include "cli/activity_board.hpp"
#include "farm/farm_task.hpp"
#include "net/http_client.hpp"
#include "pokeapi/selector.hpp"
#include "system/directory.hpp"
#include "system/file_stamp.hpp"
#include "text/output_template.hpp"

#include <spritefarm/event_loop.hpp>
#include <spritefarm/task.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::farm {

/// How every worker of a run works: decided by the command line, the same for all.
struct WorkerSettings {
  net::HttpOptions http;
  std::vector<std::string> sprite_keys;  ///< as the user gave them
  pokeapi::Selector selector;            ///< the same, ready for use
  text::OutputTemplate path_template;
  std::string output;
  bool dry_run = false;
  std::chrono::milliseconds compute{0};         ///< of processor time that each sprite takes besides
  bool remembers = false;                       ///< results tell what a later run needs to know
  bool times = false;                           ///< results tell when their parts happened
  std::shared_ptr<cli::ActivityBoard> board{};  ///< where the workers say what they are at; may be none
};

/// What a worker has at hand for all its calls: its connections, the output directory, the settings. Each
/// worker, be it a process, a thread or the program itself, makes its own on its own event loop, after every
/// fork; it ends with the loop.
class Downloader {
 public:
  /// For an executor's initializer: makes the Downloader of the worker that calls this. Throws
  /// std::system_error where the output directory is gone.
  static Downloader& install(const WorkerSettings& settings);
  /// This worker's.
  static Downloader& current();

  Downloader(EventLoop& loop, WorkerSettings settings);

  [[nodiscard]] const WorkerSettings& settings() const noexcept { return m_settings; }
  [[nodiscard]] cli::ActivityBoard::Row& row() noexcept { return m_row; }

  /// Starts to connect to the hosts of these URLs, as HttpClient::open() does, while there is no work yet.
  void connect_ahead(const std::vector<std::string>& urls);

  /// As HttpClient::fetch(). Adds to `count`.
  Task<net::HttpFetch> get(net::HttpRequest request, RequestCount& count);
  /// The same for a document of the API: what is not found is looked for under the url's other spelling too.
  Task<net::HttpFetch> get_document(net::HttpRequest request, RequestCount& count);

  /// Makes or replaces the file at `path` below the output directory. Throws as system::replace_file() does.
  system::FileStamp save(const std::string& path, std::string_view bytes) const;

 private:
  const WorkerSettings m_settings;
  cli::ActivityBoard::Row m_row;
  std::optional<system::Directory> m_output;  // none in a dry run
  net::HttpClient m_client;
  std::vector<Task<void>> m_connecting;
};

}  // namespace spritefarm::farm
