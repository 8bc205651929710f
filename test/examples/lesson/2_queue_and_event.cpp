// 2. A queue between two threads, and an event that tells the second to begin.
#include "lesson.hpp"

void get_urls(sf::Queue<Pokemon>& queue, sf::Event& event) {
  for (const Pokemon& pokemon : first_100()) queue.put(pokemon);
  event.set();
  queue.close();  // the lesson's 'Kill'
}

int main() {
  const Timing timing;
  sf::Queue<Pokemon> queue(101);
  sf::Event event;
  const std::jthread producer(get_urls, std::ref(queue), std::ref(event));
  event.wait();
  while (const auto pokemon = queue.get()) download(*pokemon);
}
