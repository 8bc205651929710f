// 3. Four workers take from the same queue.
#include "lesson.hpp"

void work(sf::Queue<Pokemon>& queue, sf::Event& event) {
  event.wait();
  while (const auto pokemon = queue.get()) download(*pokemon);
}

int main() {
  const Timing timing;
  sf::Queue<Pokemon> queue(101);
  sf::Event event;
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; ++i) workers.emplace_back(work, std::ref(queue), std::ref(event));
  for (const Pokemon& pokemon : first_100()) queue.put(pokemon);
  event.set();
  queue.close();
}
