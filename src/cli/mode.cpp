#include "cli/mode.hpp"

namespace spritefarm::cli {

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::processes:
      return "processes";
    case Mode::threads:
      return "threads";
    case Mode::serial:
      return "serial";
    case Mode::cluster:
      return "cluster";
  }
  return "";
}

}  // namespace spritefarm::cli
