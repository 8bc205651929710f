#include "cluster/initialized_call.hpp"

#include "base/exception_text.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/codec.hpp>
#include <spritefarm/detail/function_table.hpp>

#include <exception>
#include <memory>
#include <set>

namespace spritefarm::cluster {
namespace {

using detail::FunctionId;
using detail::RunningCoroutine;

std::unique_ptr<RunningCoroutine> run(const std::string& request, Encoder& result) {
  Decoder from(request);
  const auto entry = detail::function_entry(decode<FunctionId>(from));
  return entry(from, result);
}

/// The initializers that this worker process has run. A worker has one thread.
std::set<std::string>& done_here() {
  static std::set<std::string> done;
  return done;
}

std::unique_ptr<RunningCoroutine> run_initialized(Decoder& from, Encoder& result) {
  const auto initializer = decode<std::string>(from);
  const auto request = decode<std::string>(from);
  from.finish();
  if (!done_here().contains(initializer)) {
    try {
      Encoder nothing;
      run(initializer, nothing);
    } catch (...) {
      throw BrokenCluster("the initializer threw: " + exception_text(std::current_exception()));
    }
    done_here().insert(initializer);
  }
  return run(request, result);
}

const FunctionId initialized_id =
    detail::register_function(&run_initialized, "spritefarm::cluster::run_initialized");

}  // namespace

std::string initialized_request(const std::string& initializer, const std::string& request) {
  Encoder to;
  encode(to, initialized_id);
  encode(to, initializer);
  encode(to, request);
  return std::move(to).take();
}

}  // namespace spritefarm::cluster
