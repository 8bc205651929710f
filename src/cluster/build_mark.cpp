#include "cluster/build_mark.hpp"

#include "base/fnv1a.hpp"
#include "posix/build_id.hpp"

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/function_table.hpp>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace spritefarm::cluster {
namespace {

/// For a program that was linked with --build-id=none.
std::string program_file() {
  std::ostringstream bytes;
  bytes << std::ifstream("/proc/self/exe", std::ios::binary).rdbuf();
  if (bytes.str().empty())
    throw std::runtime_error(
        "the build of this program cannot be identified: it has no build id, and /proc/self/exe cannot be read; "
        "link it with --build-id");
  return bytes.str();
}

/// Any address of the object that has this code.
const char cluster_address = 0;

}  // namespace

std::string build_mark() {
  std::string id = posix::build_id();
  // Those of this library and of libspritefarm. Two more files if these are shared libraries.
  const std::string cluster = posix::build_id_of(&cluster_address), library = posix::build_id_of_library();
  if (!id.empty() && (cluster.empty() || library.empty()))
    throw std::runtime_error(
        "the build of this program cannot be identified: libspritefarm has no build id; link it with --build-id");
  if (id.empty()) id = program_file();
  Encoder identity;
  encode(identity, id);
  encode(identity, cluster);
  encode(identity, library);
  detail::encode_function_table(identity);
  encode(identity, sizeof(void*));
  encode(identity, wire_version);
  std::uint64_t sum = fnv1a(std::move(identity).take());
  std::string digits(16, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, sum /= 16)
    *digit = "0123456789abcdef"[sum % 16];
  return digits;
}

}  // namespace spritefarm::cluster
