#pragma once

#include "support/scripted_server.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace spritefarm::test {

/// A PokéAPI with its images in one server, whose documents have ETags and change while a test goes on; it answers 304
/// to who has the newest, and writes down what it was asked for. Records: pokemon/1/ to pokemon/N/, named p1 to pN, each
/// with one sprite, front_default.
class ChangingApi {
 public:
  /// A request, as it was answered.
  struct Answer {
    std::string path;
    int status = 0;
  };

  explicit ChangingApi(int pokemon);

  [[nodiscard]] std::string base_url() const { return m_server.url("/api/v2/"); }
  /// What was answered since the last call.
  std::vector<Answer> take_log();

  /// From now on: how long documents and images may be used without asking; no Cache-Control where it is negative.
  void set_max_age(int seconds) { m_max_age = seconds; }
  /// From now on: nothing has an ETag.
  void forget_tags() { m_has_tags = false; }
  /// From now on: whether records and pages carry the dataset's hash, and whether there is a meta/.
  void name_dataset(const std::string& hash);
  /// A new image for a pokémon (the record stays), or a new record (another image's URL).
  void change_image(int id);
  void change_record(int id);
  /// From now on, requests for this pokémon's image are never answered; 0: all are.
  void stall_image(int id);
  /// Waits until somebody asks for it.
  void wait_for_stalled();

  /// From now on, this is the answer to whatever asks for a path that begins so.
  void spoil(const std::string& path, ScriptedServer::Reply reply);

  /// What p<id>.png is to hold at present.
  [[nodiscard]] std::string image(int id);

 private:
  ScriptedServer::Reply answer(const ScriptedServer::Request& request);
  std::string document(const std::string& path);

  const int m_pokemon;
  std::atomic<int> m_max_age{3600};
  std::atomic<bool> m_has_tags{true};
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::string m_dataset;
  std::map<int, int> m_image_versions, m_record_versions;
  std::map<std::string, ScriptedServer::Reply> m_spoiled;
  std::string m_stalled;
  bool m_is_stalled = false;
  std::vector<Answer> m_log;
  ScriptedServer m_server;
};

}  // namespace spritefarm::test
