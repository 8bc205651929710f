// User-defined types as arguments and results.
#include <spritefarm/futures.hpp>

#include <iostream>
#include <string>
#include <vector>

// A struct needs nothing if the types of its fields have codecs.
struct Sprite {
  std::string name;
  std::vector<int> pixels;
};

// A class with a constructor or private members needs its own codec.
class Colour {
 public:
  explicit Colour(int rgb) : m_rgb(rgb) {}
  [[nodiscard]] int rgb() const { return m_rgb; }

 private:
  int m_rgb;
};
template <>
struct spritefarm::Codec<Colour> {
  static void encode(Encoder& to, const Colour& colour) { spritefarm::encode(to, colour.rgb()); }
  static Colour decode(Decoder& from) { return Colour(spritefarm::decode<int>(from)); }
};

Sprite paint(Sprite sprite, Colour colour) {
  sprite.pixels.assign(4, colour.rgb());
  return sprite;
}

int main() {
  spritefarm::ProcessPoolExecutor pool{{.max_workers = 2}};
  const Sprite painted = pool.submit(paint, Sprite{"mew", {}}, Colour(0xff88cc)).result();
  std::cout << painted.name << ": " << painted.pixels.size() << " pixels of " << painted.pixels[0] << '\n';
}

// Prints:
// mew: 4 pixels of 16746700
