#pragma once

#include "base/result.hpp"
#include "cli/help_page.hpp"
#include "cli/option_groups.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

/// How the program's commands use CLI11: options with one value, one-line errors that name options as the
/// help does.
namespace spritefarm::cli {

/// An option with one value. If it is repeated, a vector collects the values.
template <typename T>
CLI::Option* value_option(CLI::App& app, const char* names, T& value, const char* value_name) {
  return app.add_option(names, value)->type_name(value_name)->allow_extra_args(false);
}

/// An option with several values, separated by commas.
template <typename T>
CLI::Option* list_option(CLI::App& app, const char* names, std::vector<T>& values, const char* value_name) {
  return value_option(app, names, values, value_name)->delimiter(',');
}

/// A validator for CLI11 from a function that returns a Result<void> for a value.
template <typename Check>
CLI::Validator checked(Check check) {
  return CLI::Validator(
      [check](const std::string& value) {
        const Result<void> result = check(value);
        return result ? std::string() : result.error().message;
      },
      "");
}

/// A number of any type from `min` to `max`.
template <typename T>
CLI::Validator range(T min, T max) {
  return CLI::Range(min, max).description("");
}

/// Lets `app` parse the arguments (without the program's name) into the variables bound to its options.
/// Returns a HelpText if the user asked for help or the version: the command prints it and does nothing else.
/// An Error explains in one line what is wrong with the arguments.
Result<std::optional<HelpText>> read_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                               const HelpPage& help);

}  // namespace spritefarm::cli
