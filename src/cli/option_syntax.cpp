#include "cli/option_syntax.hpp"

#include <algorithm>
#include <utility>

namespace spritefarm::cli {
namespace {

/// CLI11 calls an option by its long name alone, also where the user gave the short one: "-n,--limit: …".
std::string with_short_names(const CLI::App& app, std::string message) {
  for (const CLI::Option* option : app.get_options())
    if (message.starts_with(option->get_name() + ":"))
      return message.replace(0, option->get_name().size(), option->get_name(false, true));
  return message;
}

}  // namespace

Result<std::optional<HelpText>> read_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                               const char* help_text) {
  app.set_help_flag("-h,--help");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // as CLI11 wants them
  } catch (const CLI::CallForHelp&) {
    return std::optional(HelpText{help_text});
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
