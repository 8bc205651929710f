#include "nodes/node_command.hpp"

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/option_groups.hpp"
#include "cli/option_parser.hpp"
#include "cli/options.hpp"
#include "cli/secret_arguments.hpp"
#include "cli/standard_output.hpp"
#include "farm/node_state.hpp"
#include "farm/node_worker.hpp"
#include "farm/worker_sandbox.hpp"
#include "net/host_table.hpp"
#include "nodes/piped_broker.hpp"
#include "posix/fork.hpp"
#include "posix/host_name.hpp"
#include "system/standard_files.hpp"

#include <spritefarm/cluster.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace spritefarm::nodes {
namespace {

// Each sprite in flight is a call that no other node can take.
constexpr int default_concurrency = 32;

struct Options {
  std::string broker, password, group = "default", name, certificates, sandbox = "on";
  bool reads_broker = false;
  int processes = 0, concurrency = default_concurrency;
};

cli::HelpPage node_help() {
  return {
      .summary = "Download sprites on this machine for runs on others, until interrupted.",
      .usage = {"node [OPTIONS]"},
      .options =
          {
              {"Cluster",
               {
                   {"--broker URL",
                    "address of the RabbitMQ broker, as amqps://USER@HOST:PORT/VHOST [$SPRITEFARM_BROKER]; the "
                    "password is in $SPRITEFARM_BROKER_PASSWORD or in the file $SPRITEFARM_BROKER_PASSWORD_FILE",
                    "address of the RabbitMQ broker [$SPRITEFARM_BROKER]"},
                   {"--group NAME", "work for the runs with this --group [default]",
                    "work for the runs with this --group"},
                   {"--stdin",
                    "read URL and password of the broker from two lines of standard input, and end when it is "
                    "closed; for ssh",
                    "read the broker from standard input; end with it"},
                   {"--name NAME", "name of this node, which no other node of the group has [host and pid]"},
               }},
              {"Workers",
               {
                   {"-p, --processes N", "number of forked worker processes [the number of cores]",
                    "use N worker processes"},
                   {"-c, --concurrency N", "sprites in flight in each worker [32]",
                    "sprites in flight in each worker [32]"},
                   {"--sandbox KIND",
                    "on: each worker process gives up other files and system calls than it needs; off [on]"},
               }},
              {"Network",
               {
                   {"--cacert FILE",
                    "trust the certificates in this PEM file or directory [$CURL_CA_BUNDLE, $SSL_CERT_DIR, "
                    "$SSL_CERT_FILE, or the system's]"},
               }},
          },
      .examples = {{"spritefarm node -p 4", "four workers for the broker in $SPRITEFARM_BROKER"}},
      .notes = {{"Exit status",
                 {{"0", "ended by SIGTERM, SIGINT or SIGHUP, after what was running was done"},
                  {"1", "the broker refuses this node, or a second signal has ended it"},
                  {"2", "the command line is wrong, or this build has no cluster support"}}}},
  };
}

std::string name_of(const Options& options) {
  if (!options.name.empty()) return options.name;
  return posix::host_name() + '-' + std::to_string(posix::current_pid());
}

NodeOptions node_options(const Options& options) {
  farm::NodeContext context{.name = name_of(options),
                            .hosts = std::make_shared<net::HostTable>(net::HostTable::Settings{
                                .max_absence = std::chrono::hours(24)}),  // each run has its own
                            .workers = options.processes > 0 ? options.processes : cli::number_of_cores(),
                            .concurrency = options.concurrency};
  cli::set_certificates(context.certificates, options.certificates, cli::OptionSources::of_process());
  const auto state = std::make_shared<farm::NodeState>(context.name, context.hosts);
  const bool confines = options.sandbox == "on";
  // A node learns its hosts from its runs, so every port is allowed, and no file is written.
  const system::SandboxRules rules =
      farm::worker_rules({.http = context.certificates, .dry_run = true}, "http://127.0.0.1:1/");
  return {.broker = {.url = options.broker, .password = options.password},
          .group = options.group,
          .name = context.name,
          .pool = {.max_workers = context.workers,
                   .worker_concurrency = context.concurrency,
                   .initializer =
                       [context, confines, rules] {
                         system::own_standard_files();
                         if (confines) system::confine(rules);
                         farm::NodeWorker::install(context);
                       },
                   .max_result_size = 64 << 20,
                   .terminate_grace = std::chrono::milliseconds(200)},
          .status = [state] { return state->status(std::chrono::steady_clock::now()); },
          .on_announcement =
              [state](const std::string& notice) { state->take(notice, std::chrono::steady_clock::now()); },
          .lifeline = options.reads_broker ? ::fileno(stdin) : -1};
}

int usage_error(const cli::Messages& messages, const std::string& error) {
  messages.error(fmt::format("node: {}; see spritefarm node --help", error));
  return cli::usage_error;
}

}  // namespace

int node_command(int argc, char** argv) {
  const cli::Messages messages(cli::Verbosity::normal);
  Options options;
  cli::OptionParser parser;
  const cli::Option broker = parser.value("--broker", options.broker, "URL");
  parser.flag("--stdin", options.reads_broker).excludes(broker);
  parser.value("--group", options.group, "NAME");
  parser.value("--name", options.name, "NAME");
  parser.value("-p,--processes", options.processes, "N").in_range(1, cli::max_workers);
  parser.value("-c,--concurrency", options.concurrency, "N").in_range(1, cli::max_in_flight);
  parser.value("--sandbox", options.sandbox, "KIND").one_of({"on", "off"});
  parser.value("--cacert", options.certificates, "FILE").existing_path();
  const Result<std::optional<cli::HelpText>> information = parser.read({argv + 1, argv + argc}, node_help());
  cli::hide_secrets(argc, argv);
  if (!information) return usage_error(messages, information.error().message);
  if (*information) {
    cli::print((*information)->text);
    return 0;
  }
  try {
    if (options.reads_broker) {
      PipedBroker piped = read_lines(std::cin);
      options.broker = std::move(piped.url);
      options.password = std::move(piped.password);
    }
    return run_node(node_options(options));
  } catch (const std::invalid_argument& error) {
    return usage_error(messages, error.what());
  } catch (const std::exception& error) {
    messages.error(fmt::format("node: {}", error.what()));
    return cli::some_failed;
  }
}

}  // namespace spritefarm::nodes
