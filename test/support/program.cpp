#include "support/program.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace spritefarm::test {

namespace {

std::vector<std::string> words(std::string first, std::vector<std::string> second,
                               std::vector<std::string> third) {
  std::vector<std::string> all = {std::move(first)};
  for (auto* part : {&second, &third}) all.insert(all.end(), part->begin(), part->end());
  return all;
}

std::size_t append(char* data, std::size_t, std::size_t size, void* body) {
  static_cast<std::string*>(body)->append(data, size);
  return size;
}

}  // namespace

std::filesystem::path program_path() {
  if (const char* named = std::getenv("SPRITEFARM")) return std::filesystem::absolute(named);
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "spritefarm";
}

Command program(std::vector<std::string> arguments, std::string input) {
  Command command;
  command.arguments = words(program_path(), std::move(arguments), {});
  command.input = std::move(input);
  for (const char* variable :
       {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
        "SPRITEFARM_BASE_URL", "CURL_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE", "NO_COLOR"}) {
    command.environment[variable] = "";
  }
  command.environment["LC_ALL"] = "C.UTF-8";
  return command;
}

MirrorServer::MirrorServer(std::vector<std::string> options)
    : m_process(program(words("mirror", {"--port", "0"}, std::move(options)))),
      m_base_url(m_process.read_line()) {
  if (m_base_url.rfind("http://127.0.0.1:", 0) != 0)
    throw std::runtime_error("the mirror printed no base URL: " + m_base_url);
}

std::uint16_t MirrorServer::port() const {
  return static_cast<std::uint16_t>(std::stoi(m_base_url.substr(m_base_url.rfind(':') + 1)));
}

std::string http_get(const std::string& url) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  std::string body;
  long status = 0;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const CURLcode result = curl_easy_perform(curl.get());
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (result != CURLE_OK || status != 200) {
    throw std::runtime_error(url + ": " + curl_easy_strerror(result) + ", status " + std::to_string(status));
  }
  return body;
}

}  // namespace spritefarm::test
