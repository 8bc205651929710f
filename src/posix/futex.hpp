#pragma once

#include <atomic>

namespace spritefarm::posix {

/// Sleeps while the word has this value. May return early.
void sleep_while(const std::atomic<int>& word, int value) noexcept;
/// Wakes one thread that sleeps on the word.
void wake_sleeper(const std::atomic<int>& word) noexcept;

}  // namespace spritefarm::posix
