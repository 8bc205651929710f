#include "cli/option_syntax.hpp"

#include <algorithm>
#include <utility>

namespace spritefarm::cli {
namespace {

/// Replaces an option's long name at the beginning of a CLI11 message by both names: "-n,--limit: …".
std::string with_short_names(const CLI::App& app, std::string message) {
  for (const CLI::Option* option : app.get_options())
    if (message.starts_with(option->get_name() + ":"))
      return message.replace(0, option->get_name().size(), option->get_name(false, true));
  return message;
}

}  // namespace

Result<std::optional<HelpText>> read_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                               const HelpPage& help) {
  app.set_help_flag("-h");
  app.set_help_all_flag("--help");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them in reverse
  } catch (const CLI::CallForHelp&) {
    return std::optional(HelpText{short_help(help)});
  } catch (const CLI::CallForAllHelp&) {
    return std::optional(HelpText{full_help(help)});
  } catch (const CLI::CallForVersion& version) {
    return std::optional(HelpText{version.what()});
  } catch (const CLI::ParseError& error) {
    std::string message = with_short_names(app, error.what());
    std::replace(message.begin(), message.end(), '\n', ' ');
    return Error{std::move(message)};
  }
  return std::optional<HelpText>();
}

}  // namespace spritefarm::cli
