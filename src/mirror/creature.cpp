#include "mirror/creature.hpp"

#include "mirror/seeded_random.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace spritefarm::mirror {

namespace {

// `hue` is in degrees; the others are from 0 to 1.
Rgb colour(double hue, double saturation, double lightness) {
  const auto channel = [&](double offset) {
    const double k = std::fmod(offset + hue / 30 + 24, 12);
    const double strength = saturation * std::min(lightness, 1 - lightness);
    const double value = lightness - strength * std::clamp(std::min(k - 3, 9 - k), -1.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
  };
  return {channel(0), channel(8), channel(4)};
}

/// Assembles a creature part by part. Draws the random numbers that all views share before those of a single
/// view.
class Inventor {
 public:
  Inventor(std::string_view kind, std::string_view look, const CreatureView& view)
      : m_kind(kind), m_look(look), m_view(view) {
    colour_all();
  }

  Creature invent() {
    m_shift = m_look.between(-1, 1);
    m_body = {0, m_kind.between(20.5, 22.5), m_kind.between(5.5, 9), m_kind.between(6, 7.5), Ink::fur};
    m_head = {0, m_kind.between(11, 13), m_kind.between(6, 9), m_kind.between(5.5, 7.5), Ink::fur};
    add_tail();
    add_ears();
    add_pair(m_kind.between(3, 5.5), 28, m_kind.between(2.2, 3.4), 2, Ink::trim);  // feet
    add(m_body);
    const unsigned stripes = 2 + m_kind.below(2);
    if (m_view.back) {
      add_stripes(stripes);
    } else {
      add({0, m_body.y + 1, m_body.width * 0.62, m_body.height * 0.7, Ink::belly});
    }
    add_pair(m_body.width + 0.3, m_body.y - 2 + m_look.between(-1, 1), m_kind.between(1.4, 2.4),
             m_kind.between(2.4, 3.8),
             Ink::trim);  // arms
    add(m_head);
    add_markings();
    if (!m_view.back) add_face();
    if (m_view.female) add_bow();
    return std::move(m_creature);
  }

 private:
  void add(Part part) {
    part.y += m_shift;
    m_creature.parts.push_back(part);
  }
  void add_pair(double x, double y, double width, double height, Ink ink) {
    add({-x, y, width, height, ink});
    add({x, y, width, height, ink});
  }

  void add_tail() {
    switch (m_kind.below(3)) {
      case 0:  // wings
        add_pair(m_body.width + 3, m_body.y - 3, m_kind.between(2.5, 4), m_kind.between(4, 6.5), Ink::trim);
        break;
      case 1:  // a round tail
        add({m_body.width + 2.5, m_body.y + 2, m_kind.between(2, 3.5), m_kind.between(2.5, 4.5), Ink::trim});
        break;
      default:  // a tail of two parts
        add({m_body.width + 1.5, m_body.y + 3, 2.5, 1.6, Ink::fur});
        add({m_body.width + 3.5, m_body.y + 0.5, 1.8, 2.8, Ink::trim});
    }
  }

  void add_ears() {
    const double top = m_head.y - m_head.height;
    switch (m_kind.below(4)) {
      case 0:  // round
        add_pair(m_head.width * 0.75, top + 1.5, m_kind.between(2.4, 3.4), m_kind.between(2.4, 3.4),
                 Ink::fur);
        add_pair(m_head.width * 0.75, top + 1.7, 1.4, 1.5, Ink::trim);
        break;
      case 1:  // long
        add_pair(m_head.width * 0.55, top, m_kind.between(1.3, 2), m_kind.between(3.5, 5), Ink::fur);
        add_pair(m_head.width * 0.55, top - 0.5, 0.7, 2.6, Ink::trim);
        break;
      case 2:  // a horn
        add({0, top - 0.5, m_kind.between(1.2, 2), m_kind.between(2.5, 3.6), Ink::trim});
        break;
      default:  // feelers
        add_pair(m_head.width * 0.4, top - 0.5, 0.6, 2.6, Ink::trim);
        add_pair(m_head.width * 0.5, top - 2.6, 1.3, 1.3, Ink::trim);
    }
  }

  void add_stripes(unsigned count) {
    const double breath = m_view.second_pose ? 0.9 : 0;
    for (unsigned i = 0; i < count; ++i) {
      add({0, m_body.y - 1.5 + breath + 2.4 * i, m_body.width * (0.7 - 0.12 * i), 0.7, Ink::trim});
    }
  }

  void add_markings() {
    switch (m_kind.below(4)) {
      case 0:  // a tuft
        add({0, m_head.y - m_head.height + 1.4, m_head.width * 0.45, 1.7, Ink::trim});
        break;
      case 1:  // spots
        add_pair(m_head.width * 0.6, m_head.y - m_head.height * 0.5, 1.3, 1.1, Ink::trim);
        break;
      case 2:  // a collar
        add({0, m_head.y + m_head.height - 0.4, m_body.width * 0.8, 1.3, Ink::trim});
        break;
      default:
        break;
    }
  }

  void add_face() {
    const double eye_distance = m_head.width * m_kind.between(0.36, 0.48);
    const double size = m_kind.between(1.4, 2.1);
    const double level = m_head.y + m_kind.between(-0.6, 0.8);
    if (m_view.second_pose) {
      add_pair(eye_distance, level + 0.5, size, 0.6, Ink::pupil);
    } else {
      add_pair(eye_distance, level, size, size * 1.25, Ink::white);
      add_pair(eye_distance - 0.35, level + 0.3, size * 0.62, size * 0.85, Ink::pupil);
    }
    add_pair(m_head.width * 0.72, level + 3, 1.3, 0.9, Ink::cheek);
    add({0, level + 3.2, m_kind.between(0.9, 2), m_kind.between(0.5, 0.9), Ink::pupil});  // mouth
  }

  void add_bow() {
    const double top = m_head.y - m_head.height + 1.2;
    add({3.4, top, 1.7, 1.3, Ink::bow});
    add({6.2, top, 1.7, 1.3, Ink::bow});
    add({4.8, top, 0.8, 0.8, Ink::white});
  }

  void colour_all() {
    double hue = m_kind.between(0, 360);
    const double turn = m_kind.between(60, 200);
    const double vividness = m_kind.between(0.45, 0.85);
    const double saturation = m_view.gray ? 0 : vividness;
    const double lightness = m_kind.between(0.48, 0.66) + m_look.between(-0.04, 0.04);
    const double shiny_turn = m_kind.between(110, 250);
    hue += m_look.between(-12, 12) + (m_view.shiny ? shiny_turn : 0);

    const auto ink = [&](Ink index) -> Rgb& { return m_creature.palette[static_cast<std::size_t>(index)]; };
    const auto shades = [&](Ink index, double h, double s, double l) {
      for (std::size_t i = 0; i < 3; ++i) {
        const double step = static_cast<double>(i) - 1;
        m_creature.palette[static_cast<std::size_t>(index) + i] =
            colour(h - 8 * step, s, std::clamp(l + 0.13 * step, 0.05, 0.95));
      }
    };
    ink(Ink::outline) = colour(hue, saturation * 0.5, 0.16);
    shades(Ink::fur, hue, saturation, lightness);
    shades(Ink::trim, hue + turn, saturation, lightness - 0.08);
    shades(Ink::belly, hue + 15, saturation * 0.5, 0.82);
    ink(Ink::white) = {255, 255, 255};
    ink(Ink::pupil) = {32, 28, 40};
    ink(Ink::cheek) = colour(m_view.shiny ? 190 : 350, m_view.gray ? 0 : 0.8, 0.68);
    ink(Ink::bow) = colour(330, m_view.gray ? 0 : 0.85, 0.6);
  }

  Creature m_creature{};
  SeededRandom m_kind;
  SeededRandom m_look;
  const CreatureView m_view;
  double m_shift = 0;
  Part m_body;
  Part m_head;
};

}  // namespace

Creature invent_creature(std::string_view kind, std::string_view look, const CreatureView& view) {
  return Inventor(kind, look, view).invent();
}

}  // namespace spritefarm::mirror
