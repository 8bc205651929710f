#pragma once

#include "base/result.hpp"
#include "cli/option_groups.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

/// How the program's commands use CLI11: options of one value, errors of one line that name options as the help does.
namespace spritefarm::cli {

/// An option of one value; a vector takes one from each time that it is given.
template <typename T>
CLI::Option* value_option(CLI::App& app, const char* names, T& value, const char* value_name) {
  return app.add_option(names, value)->type_name(value_name)->allow_extra_args(false);
}

/// An option of several values with commas between them.
template <typename T>
CLI::Option* list_option(CLI::App& app, const char* names, std::vector<T>& values, const char* value_name) {
  return value_option(app, names, values, value_name)->delimiter(',');
}

/// A validator for CLI11, from a function that gives a Result<void> for a value.
template <typename Check>
CLI::Validator checked(Check check) {
  return CLI::Validator(
      [check](const std::string& value) {
        const Result<void> result = check(value);
        return result ? std::string() : result.error().message;
      },
      "");
}

/// A number from `least` to `most`, whatever its type.
template <typename T>
CLI::Validator range(T least, T most) {
  return CLI::Range(least, most).description("");
}

/// Lets `app` read the arguments (without the program's name) into what its options were bound to. An Error says in one
/// line what is wrong with them; with HelpText there is nothing else to be done.
Result<std::optional<HelpText>> read_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                               const char* help_text);

}  // namespace spritefarm::cli
