#pragma once

namespace spritefarm::cli {

/// Overwrites the secrets in the arguments of a command by asterisks, so that no other user reads them in the
/// list of processes: the values of --header, and the credentials of URLs. Call it with the process's own
/// arguments, once they are copied, before the first fork.
void hide_secrets(int argc, char** argv) noexcept;

}  // namespace spritefarm::cli
