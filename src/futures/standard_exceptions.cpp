#include "futures/standard_exceptions.hpp"

#include "base/exception_text.hpp"

#include <spritefarm/errors.hpp>
#include <spritefarm/portable_exception.hpp>

#include <algorithm>
#include <any>
#include <concepts>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <typeinfo>
#include <variant>
#include <vector>
#if __has_include(<format>)
#include <format>
#endif

namespace spritefarm::futures {
namespace {

// The standard library creates the objects that these functions return. What must be equal is type and data.

/// Null: one that other processes cannot know.
const std::error_category* find_category(const std::string& name) {
  for (const std::error_category* each : {&std::generic_category(), &std::system_category(),
                                          &std::iostream_category(), &std::future_category()})
    if (name == each->name()) return each;
  return nullptr;
}
void encode_code(Encoder& to, const std::error_code& code) {
  encode(to, std::string(code.category().name()));
  encode(to, code.value());
}
std::error_code decode_code(Decoder& from) {
  const auto* const category = find_category(decode<std::string>(from));
  if (!category) throw CodecError("an exception from another process has an unknown error category");
  return {decode<int>(from), *category};
}
/// The message without the text of the code, which the constructors append again.
std::string without_code(const std::string& what, const std::error_code& code) {
  const std::string appended = ": " + code.message();
  return what.ends_with(appended) ? what.substr(0, what.size() - appended.size()) : what;
}

template <typename Error>
void encode_data([[maybe_unused]] Encoder& to, [[maybe_unused]] const Error& error) {
  if constexpr (std::derived_from<Error, std::system_error> || std::same_as<Error, std::future_error>)
    encode_code(to, error.code());
  if constexpr (std::same_as<Error, std::filesystem::filesystem_error>) {
    encode(to, error.path1().native());
    encode(to, error.path2().native());
  }
  if constexpr (std::same_as<Error, std::regex_error>) encode(to, error.code());
  if constexpr (std::same_as<Error, WorkerDied>) encode(to, error.how());
}

template <typename Error>
Error make([[maybe_unused]] Decoder& from, [[maybe_unused]] const std::string& what) {
  if constexpr (std::same_as<Error, std::filesystem::filesystem_error>) {
    const std::error_code code = decode_code(from);
    const std::filesystem::path first = decode<std::string>(from);
    const std::filesystem::path second = decode<std::string>(from);
    std::string text = what;  // "filesystem error: " text ": " code " [path]" " [path]"
    for (const auto* path : {&second, &first}) {
      const std::string shown = " [" + path->native() + "]";
      if (!path->empty() && text.ends_with(shown)) text.resize(text.size() - shown.size());
    }
    text = without_code(text, code);
    constexpr std::string_view prefix = "filesystem error: ";
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
    if (first.empty()) return Error(text, code);
    return second.empty() ? Error(text, first, code) : Error(text, first, second, code);
  } else if constexpr (std::derived_from<Error, std::system_error>) {
    const std::error_code code = decode_code(from);
    if constexpr (std::same_as<Error, std::ios_base::failure>)
      return Error(without_code(what, code), code);
    else
      return what == code.message() ? Error(code) : Error(code, without_code(what, code));
  } else if constexpr (std::same_as<Error, std::future_error>) {
    return Error(static_cast<std::future_errc>(decode_code(from).value()));
  } else if constexpr (std::same_as<Error, std::regex_error>) {
    return Error(decode<std::regex_constants::error_type>(from));
  } else if constexpr (std::same_as<Error, WorkerDied>) {
    return Error(decode<WorkerExit>(from));
  } else if constexpr (std::constructible_from<Error, const std::string&>) {
    return Error(what);
  } else {
    return Error();
  }
}

template <typename Error>
KnownException known() {
  return {
      type_name(typeid(Error)),
      [](const std::exception& error) {
        const auto* const found = dynamic_cast<const Error*>(&error);
        if constexpr (std::derived_from<Error, std::system_error>)
          return found && find_category(found->code().category().name());
        return found != nullptr;
      },
      [](Encoder& to, const std::exception& error) { encode_data(to, dynamic_cast<const Error&>(error)); },
      [](Decoder& data, const std::string& what, const std::string* remote_type, bool nest) {
        auto error = make<Error>(data, what);
        data.finish();
        if (!remote_type) detail::raise(std::move(error), nest);
        if constexpr (std::same_as<Error, std::runtime_error>)
          detail::raise(RemoteError(*remote_type, what), nest);
        else
          detail::raise(RemoteErrorOf<Error>(error, *remote_type, what), nest);
      }};
}

/// Each type before its bases.
const std::vector<KnownException>& known_types() {
  static const auto& types = *new std::vector<KnownException>{known<std::filesystem::filesystem_error>(),
                                                              known<std::ios_base::failure>(),
                                                              known<std::system_error>(),
                                                              known<std::invalid_argument>(),
                                                              known<std::domain_error>(),
                                                              known<std::length_error>(),
                                                              known<std::out_of_range>(),
                                                              known<std::future_error>(),
                                                              known<InvalidStateError>(),
                                                              known<std::logic_error>(),
                                                              known<std::range_error>(),
                                                              known<std::overflow_error>(),
                                                              known<std::underflow_error>(),
                                                              known<std::regex_error>(),
#ifdef __cpp_lib_format
                                                              known<std::format_error>(),
#endif
                                                              known<CancelledError>(),
                                                              known<TimeoutError>(),
                                                              known<BrokenThreadPool>(),
                                                              known<BrokenProcessPool>(),
                                                              known<BrokenExecutor>(),
                                                              known<WorkerDied>(),
                                                              known<CodecError>(),
                                                              known<std::runtime_error>(),
                                                              known<std::bad_array_new_length>(),
                                                              known<std::bad_alloc>(),
                                                              known<std::bad_any_cast>(),
                                                              known<std::bad_cast>(),
                                                              known<std::bad_typeid>(),
                                                              known<std::bad_exception>(),
                                                              known<std::bad_function_call>(),
                                                              known<std::bad_weak_ptr>(),
                                                              known<std::bad_optional_access>(),
                                                              known<std::bad_variant_access>()};
  return types;
}

}  // namespace

const KnownException* find_known(const std::exception& error) {
  const auto found = std::find_if(known_types().begin(), known_types().end(),
                                  [&](const KnownException& each) { return each.matches(error); });
  return found == known_types().end() ? nullptr : &*found;
}

const KnownException* find_known(const std::string& name) {
  const auto found = std::find_if(known_types().begin(), known_types().end(),
                                  [&](const KnownException& each) { return each.name == name; });
  return found == known_types().end() ? nullptr : &*found;
}

}  // namespace spritefarm::futures
