#include "cli/option_parser.hpp"

#include "net/credentials.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

Option& Option::check(const std::function<Result<void>(const std::string&)>& check) {
  m_option->check(CLI::Validator(
      [check](const std::string& value) {
        const Result<void> result = check(value);
        return result ? std::string() : result.error().message;
      },
      ""));
  return *this;
}

template <typename T>
Option& Option::in_range(T min, T max) {
  m_option->check(CLI::Range(min, max).description(""));
  return *this;
}
template Option& Option::in_range(int, int);
template Option& Option::in_range(long, long);
template Option& Option::in_range(double, double);
template Option& Option::in_range(std::uint32_t, std::uint32_t);
template Option& Option::in_range(std::size_t, std::size_t);

Option& Option::one_of(const std::vector<std::string>& values) {
  m_option->check(CLI::IsMember(values).description(""));
  return *this;
}

Option& Option::existing_path() {
  m_option->check(CLI::Validator(CLI::ExistingPath).description(""));
  return *this;
}

Option& Option::excludes(const Option& other) {
  m_option->excludes(other.m_option);
  return *this;
}

Option& Option::needs(const char* name) {
  m_option->needs(name);
  return *this;
}

OptionParser::OptionParser() : m_app(std::make_unique<CLI::App>()) {}
OptionParser::~OptionParser() = default;

template <typename T>
Option OptionParser::value(const char* names, T& value, const char* value_name) {
  return Option(*m_app->add_option(names, value)->type_name(value_name)->allow_extra_args(false));
}
template Option OptionParser::value(const char*, std::string&, const char*);
template Option OptionParser::value(const char*, std::optional<std::string>&, const char*);
template Option OptionParser::value(const char*, std::vector<std::string>&, const char*);
template Option OptionParser::value(const char*, int&, const char*);
template Option OptionParser::value(const char*, std::optional<int>&, const char*);
template Option OptionParser::value(const char*, long&, const char*);
template Option OptionParser::value(const char*, std::optional<long>&, const char*);
template Option OptionParser::value(const char*, double&, const char*);
template Option OptionParser::value(const char*, std::uint16_t&, const char*);
template Option OptionParser::value(const char*, std::uint32_t&, const char*);
template Option OptionParser::value(const char*, std::size_t&, const char*);

template <typename T>
Option OptionParser::list(const char* names, std::vector<T>& values, const char* value_name) {
  return Option(
      *m_app->add_option(names, values)->type_name(value_name)->allow_extra_args(false)->delimiter(','));
}
template Option OptionParser::list(const char*, std::vector<std::string>&, const char*);
template Option OptionParser::list(const char*, std::vector<int>&, const char*);
template Option OptionParser::list(const char*, std::vector<long>&, const char*);
template Option OptionParser::list(const char*, std::vector<std::size_t>&, const char*);

Option OptionParser::flag(const char* names, bool& value) {
  return Option(*m_app->add_flag(names, value));
}

void OptionParser::arguments(const char* name, std::vector<std::string>& values) {
  m_app->add_option(name, values);
}

void OptionParser::version(const char* names, const char* text) {
  m_app->set_version_flag(names, text);
}

Result<std::optional<HelpText>> OptionParser::read(const std::vector<std::string>& arguments,
                                                   const HelpPage& help) {
  m_app->set_help_flag("-h");
  m_app->set_help_all_flag("--help");
  try {
    m_app->parse(
        std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them in reverse
  } catch (const CLI::CallForHelp&) {
    return std::optional(HelpText{short_help(help)});
  } catch (const CLI::CallForAllHelp&) {
    return std::optional(HelpText{full_help(help)});
  } catch (const CLI::CallForVersion& version) {
    return std::optional(HelpText{version.what()});
  } catch (const CLI::ParseError& error) {
    std::string message = net::without_credentials(with_short_names(*m_app, error.what()));
    std::replace(message.begin(), message.end(), '\n', ' ');
    return Error{std::move(message)};
  }
  return std::optional<HelpText>();
}

bool OptionParser::has(const char* name) const {
  return m_app->count(name) > 0;
}

}  // namespace spritefarm::cli
