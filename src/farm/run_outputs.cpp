#include "farm/run_outputs.hpp"

#include "system/atomic_file.hpp"
#include "system/directory.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace spritefarm::farm {

RunOutputs::RunOutputs(Settings settings, std::unique_ptr<TraceFile> trace)
    : m_settings(std::move(settings)), m_trace(std::move(trace)) {}

std::vector<RunListener*> RunOutputs::listeners() {
  std::vector<RunListener*> all;
  if (m_settings.planned_list) all.push_back(&m_planned_list);
  if (m_settings.gallery) all.push_back(&m_gallery);
  if (m_trace) all.push_back(m_trace.get());
  return all;
}

Result<void> RunOutputs::finish_trace() {
  try {
    if (m_trace) m_trace->finish();
    return {};
  } catch (const std::system_error& error) {
    return Error{fmt::format("--trace: {}; the trace is incomplete", error.what())};
  }
}

Result<std::string> RunOutputs::write_gallery(HttpCache& cache) {
  if (!m_settings.gallery) return std::string();
  cache.for_each_stored([this](const auto&... stored) { m_gallery.add_stored(stored...); });
  std::string path = fmt::format("{}/{}", m_settings.output, Gallery::file_name);
  if (m_gallery.has_path(Gallery::file_name))
    return Error{fmt::format("no gallery is written: {} is a sprite's own; choose another --template", path)};
  try {
    system::replace_file(system::Directory::open(m_settings.output), Gallery::file_name, m_gallery.page());
  } catch (const std::system_error& error) {
    return Error{
        fmt::format("the gallery {} cannot be written: {}; make room and run again", path, error.what())};
  }
  return path;
}

}  // namespace spritefarm::farm
