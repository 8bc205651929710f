#pragma once

#include "base/result.hpp"
#include "cli/help_page.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace spritefarm::cli {

/// The text that -h, --help or --version prints; the command then does nothing else.
struct HelpText {
  std::string text;
};

/// An option of an OptionParser, which owns it. What a value may be is added in a chain:
/// `parser.value("--rate", rate, "N").in_range(0.0, 1e6)`.
class Option {
 public:
  explicit Option(CLI::Option& option) noexcept : m_option(&option) {}

  /// Refuses a value for which `check` returns an error.
  Option& check(const std::function<Result<void>(const std::string&)>& check);
  /// Refuses a number below `min` or above `max`. For int, long, double, std::uint32_t and std::size_t.
  template <typename T>
  Option& in_range(T min, T max);
  Option& one_of(const std::vector<std::string>& values);
  Option& existing_path();
  /// Refuses the command line if `other` is given too.
  Option& excludes(const Option& other);
  /// Refuses the command line if the option `name` is not given.
  Option& needs(const char* name);

 private:
  CLI::Option* m_option;
};

/// The options of one command, bound to variables that keep their values if an option is not given. Its
/// errors are one line each and name options as the help does. It alone includes CLI11, which takes seconds
/// to compile.
class OptionParser {
 public:
  OptionParser();
  OptionParser(const OptionParser&) = delete;
  OptionParser& operator=(const OptionParser&) = delete;
  ~OptionParser();

  /// An option with one value: a number, a string or a std::optional of them. If it is repeated, a vector of
  /// strings collects the values.
  template <typename T>
  Option value(const char* names, T& value, const char* value_name);
  /// An option with several values, separated by commas.
  template <typename T>
  Option list(const char* names, std::vector<T>& values, const char* value_name);
  Option flag(const char* names, bool& value);
  /// The arguments that are no options.
  void arguments(const char* name, std::vector<std::string>& values);
  void version(const char* names, const char* text);

  /// Reads the arguments (without the program's name) into the variables. Returns a HelpText if the user
  /// asked for help or the version. An Error explains in one line what is wrong with the arguments.
  Result<std::optional<HelpText>> read(const std::vector<std::string>& arguments, const HelpPage& help);
  /// Whether the arguments that were read have the option `name`.
  [[nodiscard]] bool has(const char* name) const;

 private:
  std::unique_ptr<CLI::App> m_app;
};

}  // namespace spritefarm::cli
