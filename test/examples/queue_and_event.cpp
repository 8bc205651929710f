// A queue that feeds threads, and an event that tells them to begin.
#include <spritefarm/futures.hpp>

#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace sf = spritefarm;

int main() {
  sf::Queue<std::string> names(2);  // put() waits while two items are in it
  sf::Queue<std::size_t> lengths;   // no bound
  sf::Event begin;

  std::vector<std::thread> workers;
  for (int i = 0; i < 3; ++i)
    workers.emplace_back([&] {
      begin.wait();
      while (const std::optional<std::string> name = names.get()) lengths.put(name->size());
    });

  begin.set();
  for (const char* name : {"bulbasaur", "ivysaur", "venusaur", "charmander"}) names.put(name);
  names.close();  // get() gives the items that are left, then nothing
  for (std::thread& worker : workers) worker.join();

  lengths.close();
  std::size_t letters = 0;
  while (const std::optional<std::size_t> length = lengths.get()) letters += *length;
  std::cout << letters << " letters\n";
}

// Prints:
// 34 letters
