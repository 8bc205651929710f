#include "base/exception_text.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>
#include <typeinfo>
#include <utility>

namespace spritefarm {
namespace {

// Names of the standard library's implementation, and the names that users know.
constexpr std::pair<std::string_view, std::string_view> public_names[] = {
    {"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string"},
    {"std::__cxx11::", "std::"},
};

}  // namespace

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  std::string name = readable ? readable.get() : type.name();
  for (const auto& [internal_name, public_name] : public_names)
    for (std::size_t at; (at = name.find(internal_name)) != std::string::npos;)
      name.replace(at, internal_name.size(), public_name);
  return name;
}

std::string exception_type_name(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    return type ? type_name(*type) : "an exception of an unknown type";
  }
}

std::string exception_text(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::bad_alloc& error) {
    return type_name(typeid(error)) + ": not enough memory";
  } catch (const std::exception& error) {
    return type_name(typeid(error)) + ": " + error.what();
  } catch (...) {
    return exception_type_name(std::current_exception());
  }
}

}  // namespace spritefarm
