#include "farm/output_files.hpp"

#include "image/image.hpp"
#include "system/atomic_file.hpp"
#include "text/output_template.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace spritefarm::farm {
namespace {

/// Whether the error affects every further file.
bool ends_all_writing(const std::error_code& error) {
  // ENOENT and ESTALE: the directory is gone.
  constexpr std::array<int, 7> fatal{ENOSPC, EDQUOT, EROFS, EIO, EFBIG, ENOENT, ESTALE};
  return std::find(fatal.begin(), fatal.end(), error.value()) != fatal.end();
}

std::string_view output_advice(const std::error_code& error) {
  switch (error.value()) {
    case EFBIG:
      return "; allow larger files (ulimit -f) and run again";
    case ENOENT:
    case ESTALE:
      return "; the directory was removed: run again";
    case EROFS:
      return "; choose another with --output";
    default:
      return "; make room and run again";
  }
}

Result<void> check(const std::string& path, std::string_view bytes) {
  if (Result<void> valid = text::check_relative_path(path); !valid)
    return Error{fmt::format("the path '{}' from the node {}", text::excerpt(path), valid.error().message)};
  const Result<image::CheckedImage> checked = image::check_image(bytes);
  if (!checked) return Error{"the file from the node is damaged: " + checked.error().message};
  return {};
}

}  // namespace

OutputFiles::OutputFiles(const std::string& output)
    : m_path(output), m_directory(system::Directory::open(output)) {}

void OutputFiles::save(const SpriteFile& file, SpriteResult& sprite, FarmResult& result) const {
  try {
    const system::FileAttributes attributes{.changed = file.changed};
    const std::size_t slash = sprite.path.rfind('/');
    const system::FileStamp stamp =
        slash == std::string::npos
            ? system::replace_file(m_directory, sprite.path, file.bytes, attributes)
            : system::replace_file(m_directory.make_below(sprite.path.substr(0, slash)),
                                   sprite.path.substr(slash + 1), file.bytes, attributes);
    if (sprite.answer) sprite.answer->stamp = stamp;
    sprite.bytes = file.bytes.size();
    sprite.status = SpriteStatus::downloaded;
  } catch (const std::system_error& error) {
    sprite.reason = fmt::format("{}/{}: {}", m_path, sprite.path, error.what());
    if (ends_all_writing(error.code()))
      result.output_error = fmt::format("{}{}", sprite.reason, output_advice(error.code()));
  }
}

void OutputFiles::save_all(FarmResult& result) const {
  for (SpriteResult& sprite : result.sprites) {
    if (!sprite.file) continue;
    const SpriteFile file = *std::exchange(sprite.file, std::nullopt);
    sprite.status = SpriteStatus::failed;
    sprite.bytes = 0;
    if (Result<void> checked = check(sprite.path, file.bytes); !checked)
      sprite.reason = checked.error().message;
    else
      save(file, sprite, result);
    if (sprite.status == SpriteStatus::failed) sprite.answer.reset();
  }
}

}  // namespace spritefarm::farm
