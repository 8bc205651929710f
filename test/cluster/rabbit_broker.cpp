#include "cluster/rabbit_broker.hpp"

#include "posix/check.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/subprocess.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

extern char** environ;

namespace spritefarm::test {
namespace {

// Not /usr/sbin/rabbitmq-server, which changes the user.
constexpr const char* server_program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

sockaddr_in socket_address(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("not an IPv4 address: " + host);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// Async-signal-safe.
bool listens(const sockaddr_in& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool is_connected =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return is_connected;
}

/// Whether it answers the header of the protocol by a frame. It accepts connections before it can do that.
bool answers(const std::string& host, int port) {
  const posix::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = socket_address(host, port);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  constexpr char header[] = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
  if (::send(socket.get(), header, sizeof header, MSG_NOSIGNAL) != sizeof header) return false;
  pollfd readable{socket.get(), POLLIN, 0};
  char first = 0;
  return ::poll(&readable, 1, 5000) == 1 && ::read(socket.get(), &first, 1) == 1 && first == 1;
}

std::string definitions() {
  const auto user = [](const std::string& name) {
    return R"({"name": ")" + name + R"(", "password": ")" + name + R"(", "tags": ""})";
  };
  const auto rights = [](const std::string& name, const std::string& configure, const std::string& write,
                         const std::string& read) {
    return R"({"user": ")" + name + R"(", "vhost": "/", "configure": ")" + configure + R"(", "write": ")" +
           write + R"(", "read": ")" + read + R"("})";
  };
  return R"({"vhosts": [{"name": "/"}], "users": [)" + user("guest") + ", " + user("client") + ", " +
         user("node") + R"(], "permissions": [)" + rights("guest", ".*", ".*", ".*") + ", " +
         rights("client", R"(^sf\\..*reply\\.)", R"(^sf\\..*(calls|control|hello|reply\\..*)$)",
                R"(^sf\\..*(reply\\..*|dead)$)") +
         ", " +
         rights("node", R"(^sf\\..*node\\.)", R"(^(amq\\.default|sf\\..*node\\..*)$)",
                R"(^sf\\..*(calls|control|hello|node\\..*)$)") +
         "]}";
}

}  // namespace

int free_port() {
  // Not of the ports that the system gives to connections: a broker takes seconds until it listens.
  static std::minstd_rand random{std::random_device()()};
  std::uniform_int_distribution ports(20'000, 32'000);
  for (int tries = 0; tries < 1000; ++tries) {
    const posix::Fd socket(posix::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const int port = ports(random);
    const sockaddr_in address = socket_address("127.0.0.1", port);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return port;
  }
  throw std::runtime_error("no port is free");
}

bool RabbitBroker::is_installed() {
  return ::access(server_program, X_OK) == 0;
}

RabbitBroker& RabbitBroker::shared() {
  // Its end is that of this process: a forked worker may call exit() too.
  struct End {
    pid_t owner = ::getpid();
    void operator()(RabbitBroker* broker) const {
      if (::getpid() == owner) delete broker;
    }
  };
  static const std::unique_ptr<RabbitBroker, End> broker(new RabbitBroker);
  return *broker;
}

/// A certificate for localhost, signed by itself.
void make_certificate(const std::filesystem::path& folder) {
  const Outcome made = run(
      {.arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                     "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2",
                     "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"}});
  if (made.exit_status != 0) throw std::runtime_error("openssl failed: " + made.err);
}

RabbitBroker::RabbitBroker(BrokerSettings settings)
    : m_settings(std::move(settings)),
      m_port(free_port()),
      m_tls_port(free_port()),
      m_epmd_port(m_settings.epmd_port > 0 ? m_settings.epmd_port : free_port()),
      m_distribution_port(free_port()) {
  if (!is_installed()) throw std::runtime_error("RabbitMQ is not installed: run scripts/bootstrap test");
  make_certificate(m_folder.path());
  std::filesystem::create_directory(m_folder / "log");
  write_file(m_folder / "plugins", "[].\n");
  write_file(m_folder / "definitions.json", definitions());
  const std::string folder = m_folder.path();
  if (!m_settings.advanced.empty()) write_file(m_folder / "advanced.config", m_settings.advanced);
  if (!m_settings.cookie.empty()) {
    write_file(m_folder / ".erlang.cookie", m_settings.cookie);
    std::filesystem::permissions(m_folder / ".erlang.cookie", std::filesystem::perms::owner_read);
  }
  write_file(m_folder / "rabbitmq.conf", "listeners.tcp.1 = " + m_settings.address + ':' +
                                             std::to_string(m_port) + "\nlisteners.ssl.1 = " +
                                             m_settings.address + ':' + std::to_string(m_tls_port) +
                                             R"(
loopback_users = none
ssl_options.certfile = )" + folder + R"(/cert.pem
ssl_options.keyfile = )" + folder + R"(/key.pem
ssl_options.cacertfile = )" + folder + R"(/cert.pem
load_definitions = )" + folder + R"(/definitions.json
log.file.level = warning
)" + m_settings.config);
  start();
  wait_until_ready();
}

RabbitBroker::~RabbitBroker() {
  if (m_guard > 0) kill();
}

Broker RabbitBroker::as(const std::string& user) const {
  return {.url = "amqp://" + user + '@' + host() + "/%2F", .password = user};
}

std::string RabbitBroker::host() const {
  return m_settings.address + ':' + std::to_string(m_port);
}

Broker RabbitBroker::encrypted(const std::string& host) const {
  return {.url = "amqps://guest@" + host + ":" + std::to_string(m_tls_port) + "/%2F",
          .password = "guest",
          .cacert = m_folder / "cert.pem"};
}

void RabbitBroker::kill() {
  ::kill(-m_guard, SIGKILL);
  posix::retry_on_signal([this] { return ::waitpid(m_guard, nullptr, 0); });
  m_guard = -1;
  m_lifeline.reset();
}

void RabbitBroker::delete_data() {
  std::filesystem::remove_all(m_folder / "mnesia");
}

std::string RabbitBroker::control(std::vector<std::string> arguments) const {
  Command command{.arguments = {"/usr/lib/rabbitmq/bin/rabbitmqctl", "--quiet"}};
  if (!m_settings.network.empty())
    command.arguments = {
        "ip",      "netns",      "exec", m_settings.network, "/usr/lib/rabbitmq/bin/rabbitmqctl",
        "--quiet", "--longnames"};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  for (const std::string& variable : variables()) {
    const auto equal = variable.find('=');
    command.environment[variable.substr(0, equal)] = variable.substr(equal + 1);
  }
  Outcome outcome = run(std::move(command));
  if (outcome.exit_status != 0) throw std::runtime_error("rabbitmqctl failed: " + outcome.err + outcome.out);
  return std::move(outcome.out);
}

std::vector<std::string> RabbitBroker::variables() const {
  const auto in = [this](const std::string& name) { return std::string(m_folder / name); };
  std::string interface = m_settings.address;
  for (char& each : interface)
    if (each == '.') each = ',';
  std::vector<std::string> made{"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                "HOME=" + m_folder.path().string(),
                                "LANG=C.UTF-8",
                                "ERL_EPMD_PORT=" + std::to_string(m_epmd_port),
                                "ERL_EPMD_ADDRESS=" + m_settings.address,
                                "RABBITMQ_DIST_PORT=" + std::to_string(m_distribution_port),
                                "RABBITMQ_NODENAME=" + m_settings.name,
                                "RABBITMQ_CONF_ENV_FILE=/dev/null",
                                "RABBITMQ_CONFIG_FILE=" + in("rabbitmq"),
                                "RABBITMQ_ADVANCED_CONFIG_FILE=" + in("advanced.config"),
                                "RABBITMQ_MNESIA_BASE=" + in("mnesia"),
                                "RABBITMQ_LOG_BASE=" + in("log"),
                                "RABBITMQ_LOGS=" + in("log/rabbit.log"),
                                "RABBITMQ_ENABLED_PLUGINS_FILE=" + in("plugins"),
                                "RABBITMQ_GENERATED_CONFIG_DIR=" + in("generated"),
                                "RABBITMQ_PID_FILE=" + in("pid"),
                                "ERL_CRASH_DUMP=" + in("log/crash"),
                                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {" +
                                    interface + "} +sbwt none +sbwtdcpu none +sbwtdio none"};
  if (!m_settings.network.empty()) made.emplace_back("RABBITMQ_USE_LONGNAME=true");
  return made;
}

void RabbitBroker::start() {
  const auto in = [this](const std::string& name) { return std::string(m_folder / name); };
  std::vector<std::string> kept = variables();
  std::vector<char*> environment;
  for (std::string& each : kept) environment.push_back(each.data());
  environment.push_back(nullptr);
  const sockaddr_in epmd_address = socket_address(m_settings.address, m_epmd_port);
  const std::string port = std::to_string(m_epmd_port), network = "/run/netns/" + m_settings.network;
  const char* const epmd[] = {"epmd", "-address", m_settings.address.c_str(), "-port", port.c_str(), nullptr};
  const char* const server[] = {server_program, nullptr};
  const std::string output = in("log/output");

  int ends[2];
  posix::check(::pipe2(ends, O_CLOEXEC), "pipe2");
  const posix::Fd watched(ends[0]);
  m_lifeline.reset(ends[1]);
  m_guard = posix::check(::fork(), "fork");
  if (m_guard > 0) {
    ::setpgid(m_guard, m_guard);
    return;
  }
  // The guard. Only async-signal-safe calls: the test has threads.
  ::setpgid(0, 0);
  ::dup2(ends[0], 3);
  ::close_range(4, ~0u, 0);  // such as the connections of the test
  if (!m_settings.network.empty() &&
      ::setns(::open(network.c_str(), O_RDONLY | O_CLOEXEC), CLONE_NEWNET) != 0)
    ::_exit(126);
  const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  if (m_settings.runs_epmd && ::fork() == 0) {
    ::execve("/usr/bin/epmd", const_cast<char* const*>(epmd), environment.data());
    ::_exit(127);
  }
  // A server that finds none starts one of its own, which stays behind.
  for (int tries = 0; tries < 200 && !listens(epmd_address); ++tries) ::poll(nullptr, 0, 50);
  if (::fork() == 0) {
    ::execve(server_program, const_cast<char* const*>(server), environment.data());
    ::_exit(127);
  }
  char nothing = 0;
  while (::read(3, &nothing, 1) < 0) {
  }
  ::kill(0, SIGKILL);  // the test has ended
  ::_exit(0);
}

void RabbitBroker::wait_until_ready() const {
  if (eventually([this] { return answers(m_settings.address, m_port); }, std::chrono::minutes(2))) return;
  throw std::runtime_error("RabbitMQ does not start: " + read_file(m_folder / "log/output"));
}

}  // namespace spritefarm::test
