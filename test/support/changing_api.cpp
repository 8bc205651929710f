#include "support/changing_api.hpp"

#include "support/made_up_api.hpp"

#include <zlib.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <utility>

namespace spritefarm::test {
namespace {

/// A valid PNG with `text` in a tEXt chunk: a different image for each text.
std::string image_with(const std::string& text) {
  const auto number = [](std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
  };
  const std::string chunk = "tEXt" + ("Comment" + std::string(1, '\0') + text);
  const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), static_cast<uInt>(chunk.size()));
  std::string image = MadeUpApi::image;
  constexpr std::size_t end_chunk = 12;
  return image.insert(image.size() - end_chunk, number(static_cast<std::uint32_t>(chunk.size() - 4)) + chunk +
                                                    number(static_cast<std::uint32_t>(sum)));
}

std::string header_of(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == head.npos) return {};
  const std::size_t value = at + name.size() + 4;
  return head.substr(value, head.find("\r\n", value) - value);
}

}  // namespace

ChangingApi::ChangingApi(int pokemon)
    : m_pokemon(pokemon),
      m_server([this](const ScriptedServer::Request& request) { return answer(request); }) {}

std::string ChangingApi::image(int id) {
  const std::lock_guard lock(m_mutex);
  return image_with("p" + std::to_string(id) + " " + std::to_string(m_image_versions[id]) + " " +
                    std::to_string(m_record_versions[id]));
}

std::string ChangingApi::document(const std::string& path) {
  if (path.rfind("/image/", 0) == 0) return image(std::stoi(path.substr(7)));
  const std::lock_guard lock(m_mutex);
  if (path == "/api/v2/meta/") return m_dataset.empty() ? "" : R"({"hash": ")" + m_dataset + "\"}";
  const std::string records = "/api/v2/pokemon/";
  if (path.rfind(records + '?', 0) == 0) {
    std::string list;
    for (int id = 1; id <= m_pokemon; ++id)
      list += (id > 1 ? ", " : "") + (R"({"name": "p)" + std::to_string(id) + R"(", "url": ")" + records +
                                      std::to_string(id) + "/\"}");
    return R"({"count": )" + std::to_string(m_pokemon) + R"(, "next": null, "results": [)" + list + "]}";
  }
  if (path.rfind(records, 0) != 0) return "";
  const int id = std::stoi(path.substr(records.size()));
  std::string others;  // padding, to the size of a small real record
  for (int i = 0; i < 60; ++i) others += ", \"" + std::to_string(i) + std::string(100, 'x') + "\": null";
  return R"({"id": )" + std::to_string(id) + R"(, "name": "p)" + std::to_string(id) +
         R"(", "sprites": {"front_default": ")" + m_server.url("/image/" + std::to_string(id)) + "?" +
         std::to_string(m_record_versions[id]) + ".png\"" + others + "}}";
}

ScriptedServer::Reply ChangingApi::answer(const ScriptedServer::Request& request) {
  const std::string& path = request.path;
  const std::string body = document(path);
  const std::string tag = '"' + std::to_string(std::hash<std::string>()(body)) + '"';
  int status = 200;
  if (body.empty())
    status = 404;
  else if (header_of(request.head, "If-None-Match") == tag)
    status = 304;

  const std::lock_guard lock(m_mutex);
  m_log.push_back({path, status});
  if (!m_stalled.empty() && path.rfind(m_stalled, 0) == 0) {
    m_is_stalled = true;
    m_changed.notify_all();
    return {"", ScriptedServer::Reply::stall};
  }
  if (path.rfind("/image/", 0) == 0) {
    const auto now = std::chrono::steady_clock::now();
    if (m_closing) m_closed_until = now + *std::exchange(m_closing, std::nullopt);
    if (now < m_closed_until) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(m_closed_until - now);
      return ScriptedServer::response("429 Too Many Requests", "",
                                      "Retry-After: " + std::to_string(left.count()) + "\r\n");
    }
  }
  for (const auto& [spoiled, reply] : m_spoiled)
    if (path.rfind(spoiled, 0) == 0) return reply;
  if (status == 404) return ScriptedServer::response("404 Not Found", "");
  std::string headers = m_has_tags ? "ETag: " + tag + "\r\n" : "";
  if (m_max_age >= 0) headers += "Cache-Control: public, max-age=" + std::to_string(m_max_age) + "\r\n";
  if (!m_dataset.empty() && path.rfind("/image/", 0) != 0) headers += "X-PokeAPI-Hash: " + m_dataset + "\r\n";
  if (!m_last_modified.empty()) headers += "Last-Modified: " + m_last_modified + "\r\n";
  if (status == 304) return {"HTTP/1.1 304 Not Modified\r\n" + headers + "\r\n"};
  return ScriptedServer::response("200 OK", body, headers);
}

std::vector<ChangingApi::Answer> ChangingApi::take_log() {
  const std::lock_guard lock(m_mutex);
  return std::exchange(m_log, {});
}

void ChangingApi::name_dataset(const std::string& hash) {
  const std::lock_guard lock(m_mutex);
  m_dataset = hash;
}

void ChangingApi::set_last_modified(const std::string& date) {
  const std::lock_guard lock(m_mutex);
  m_last_modified = date;
}

void ChangingApi::change_image(int id) {
  const std::lock_guard lock(m_mutex);
  ++m_image_versions[id];
}

void ChangingApi::change_record(int id) {
  const std::lock_guard lock(m_mutex);
  ++m_record_versions[id];
}

void ChangingApi::close_images(std::chrono::seconds length) {
  const std::lock_guard lock(m_mutex);
  m_closing = length;
}

void ChangingApi::spoil(const std::string& path, ScriptedServer::Reply reply) {
  const std::lock_guard lock(m_mutex);
  m_spoiled[path] = std::move(reply);
}

void ChangingApi::stall_image(int id) {
  const std::lock_guard lock(m_mutex);
  m_stalled = id == 0 ? "" : "/image/" + std::to_string(id) + "?";
  m_is_stalled = false;
}

void ChangingApi::wait_for_stalled() {
  std::unique_lock lock(m_mutex);
  if (!m_changed.wait_for(lock, std::chrono::minutes(1), [this] { return m_is_stalled; }))
    throw std::runtime_error("no request for the stalled image arrived within a minute");
}

}  // namespace spritefarm::test
