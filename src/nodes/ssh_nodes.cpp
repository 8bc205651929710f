#include "nodes/ssh_nodes.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

namespace spritefarm::nodes {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A node that leaves finishes what runs; the run has nothing left there.
constexpr std::chrono::seconds leave_time{5};

/// It waits neither for a password nor, for long, for a machine that does not answer.
std::vector<std::string> command_for(const std::string& host, const std::string& group) {
  const char* const ssh = std::getenv("SPRITEFARM_SSH");
  std::istringstream text(ssh && *ssh != '\0' ? ssh : "ssh");
  std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
  if (words.empty()) words.emplace_back("ssh");
  for (const char* const option : {"BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=10"})
    words.insert(words.end(), {"-o", option});
  words.insert(words.end(), {"-T", host, "spritefarm node --stdin --group " + group});
  return words;
}

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::size_t newline = text.rfind('\n');
  return text::printable(newline == text.npos ? text : text.substr(newline + 1));
}

}  // namespace

SshNodes::SshNodes(const Settings& settings) {
  const std::string input = to_lines(settings.broker);
  for (const std::string& host : settings.hosts)
    m_sessions.push_back({host, system::StartedProgram(command_for(host, settings.group), input)});
}

SshNodes::~SshNodes() {
  for (Session& session : m_sessions) session.ssh.close_input();
  const auto deadline = steady_clock::now() + leave_time;
  for (const Session& session : m_sessions) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    (void)session.ssh.wait_for_end(std::max(left, milliseconds(0)));
  }
}

std::string SshNodes::last_lines() {
  std::string all;
  for (Session& session : m_sessions)
    if (const std::string line = last_line(session.ssh.errors()); !line.empty())
      all += fmt::format("; {}: {}", text::printable(session.host), line);
  return all;
}

std::vector<std::string> SshNodes::failures() {
  std::vector<std::string> found;
  std::vector<Session> running;
  for (Session& session : m_sessions) {
    const bool has_ended = session.ssh.wait_for_end(milliseconds(0));
    const std::string line = last_line(session.ssh.errors());
    if (!has_ended) {
      running.push_back(std::move(session));
      continue;
    }
    const int status = session.ssh.exit_status();
    found.push_back(fmt::format("the node on {} has ended: {}", text::printable(session.host),
                                !line.empty() ? line : fmt::format("ssh's exit status is {}", status)));
  }
  m_sessions = std::move(running);
  return found;
}

}  // namespace spritefarm::nodes
