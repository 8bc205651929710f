#include "cluster/node.hpp"

#include <spritefarm/cluster.hpp>

#include <charconv>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spritefarm {
namespace {

int number(std::string_view option, std::string_view text, int min) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min)
    throw std::invalid_argument(std::string(option) + ": '" + std::string(text) +
                                "' is not a whole number from " + std::to_string(min));
  return value;
}

NodeOptions parse(int argc, char** argv) {
  NodeOptions options;
  for (int i = 2; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc) throw std::invalid_argument("the option " + std::string(option) + " lacks its value");
    const std::string_view value = argv[i + 1];
    if (option == "--group")
      options.group = value;
    else if (option == "--name")
      options.name = value;
    else if (option == "--processes")
      options.pool.max_workers = number(option, value, 1);
    else if (option == "--concurrency")
      options.pool.worker_concurrency = number(option, value, 1);
    else if (option == "--ahead")
      options.ahead = number(option, value, 0);
    else
      throw std::invalid_argument("unknown option " + std::string(option) +
                                  ": use --group, --name, --processes, --concurrency or --ahead");
  }
  return options;
}

}  // namespace

int run_node(NodeOptions options) {
  try {
    return cluster::Node(std::move(options)).run();
  } catch (const cluster::BrokerError& error) {
    std::cerr << "spritefarm: " << error.what() << '\n';
    return 1;
  }
}

std::optional<int> node_main(int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != "--spritefarm-node") return std::nullopt;
  try {
    return run_node(parse(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "spritefarm: " << error.what() << '\n';
    return dynamic_cast<const std::invalid_argument*>(&error) ? 2 : 1;
  }
}

}  // namespace spritefarm
