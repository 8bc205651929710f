#include "bench/environment.hpp"

#include "net/credentials.hpp"
#include "net/http_client.hpp"
#include "system/machine.hpp"

#include <spritefarm/version.hpp>

#include <ctime>
#include <string_view>

namespace spritefarm::bench {
namespace {

#ifdef __clang__
constexpr const char* compiler = "clang " __clang_version__;
#else
constexpr const char* compiler = "GCC " __VERSION__;
#endif

std::string quoted(const std::string& argument) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
  if (!argument.empty() && argument.find_first_not_of(plain) == argument.npos) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

Environment::Environment(const std::vector<std::string>& arguments) : m_command("spritefarm") {
  for (const std::string& argument : arguments) m_command += " " + quoted(net::without_credentials(argument));
  const std::time_t now = std::time(nullptr);
  char text[32] = "";
  if (std::tm utc{}; ::gmtime_r(&now, &utc)) std::strftime(text, sizeof text, "%FT%TZ", &utc);
  m_began = text;
}

void Environment::write(text::JsonWriter& json) const {
  const system::Machine machine = system::this_machine();
  json.key("command").value(m_command).key("began").value(m_began);
  json.key("machine").begin_object();
  json.key("processor").value(machine.processor).key("processors").value(machine.processors);
  json.key("memory_bytes").value(machine.memory);
  json.key("system").value(machine.system).key("kernel").value(machine.kernel).end_object();
  json.key("versions").begin_object();
  json.key("spritefarm").value(SPRITEFARM_VERSION).key("compiler").value(compiler);
  json.key("curl").value(net::library_version()).end_object();
}

}  // namespace spritefarm::bench
