#pragma once

#include "support/scripted_server.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::test {

/// A fake PokéAPI and image host in one ScriptedServer. A test changes its documents and images while it
/// runs. It supports ETags and conditional requests, and logs every request. It has the records pokemon/1/ to
/// pokemon/N/, named p1 to pN, each with one sprite, front_default. Owned by the test.
class ChangingApi {
 public:
  /// A request and the status of its response.
  struct Answer {
    std::string path;
    int status = 0;
  };

  explicit ChangingApi(int pokemon);

  [[nodiscard]] std::string base_url() const { return m_server.url("/api/v2/"); }
  /// The requests since the last call.
  std::vector<Answer> take_log();

  /// Sets the max-age of documents and images; negative: no Cache-Control.
  void set_max_age(int seconds) { m_max_age = seconds; }
  /// Sets the Last-Modified of all responses; empty: none.
  void set_last_modified(const std::string& date);
  /// Stops sending ETags.
  void forget_tags() { m_has_tags = false; }
  /// Sets the dataset hash in records, pages and meta/. If it is empty, none carries a hash and meta/ is 404.
  void name_dataset(const std::string& hash);
  /// Changes the image of a pokémon but not its record; or its record, which then has another image URL.
  void change_image(int id);
  void change_record(int id);
  /// Stops answering requests for the image of this pokémon; 0: answers all again.
  void stall_image(int id);
  /// Waits for a request for the stalled image. Throws std::runtime_error after a minute.
  void wait_for_stalled();

  /// The next request for an image, and all until `length` later, are refused with 429 and a Retry-After.
  void close_images(std::chrono::seconds length);

  /// Sends `reply` to every request whose path begins with `path`.
  void spoil(const std::string& path, ScriptedServer::Reply reply);

  /// The current content of p<id>.png.
  [[nodiscard]] std::string image(int id);

 private:
  ScriptedServer::Reply answer(const ScriptedServer::Request& request);
  std::string document(const std::string& path);

  const int m_pokemon;
  std::atomic<int> m_max_age{3600};
  std::atomic<bool> m_has_tags{true};
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::string m_dataset, m_last_modified;
  std::map<int, int> m_image_versions, m_record_versions;
  std::map<std::string, ScriptedServer::Reply> m_spoiled;
  std::string m_stalled;
  bool m_is_stalled = false;
  std::optional<std::chrono::seconds> m_closing;
  std::chrono::steady_clock::time_point m_closed_until{};
  std::vector<Answer> m_log;
  ScriptedServer m_server;
};

}  // namespace spritefarm::test
