// 1. One after another.
#include "lesson.hpp"

int main() {
  const Timing timing;
  for (const Pokemon& pokemon : first_100()) download(pokemon);
}
