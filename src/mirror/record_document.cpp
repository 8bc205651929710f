#include "mirror/record_document.hpp"

#include "mirror/pokemon_types.hpp"
#include "mirror/seeded_random.hpp"
#include "mirror/sprite_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace spritefarm::mirror {

namespace {

// A resource that a record links to: its name and the id in its URL.
struct Named {
  std::string_view name;
  unsigned id = 0;
};

std::vector<Named> parse_names(std::string_view text) {
  std::vector<Named> names;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::size_t colon = word.find(':');
    Named named{word.substr(0, colon), 0};
    std::from_chars(word.data() + colon + 1, word.data() + word.size(), named.id);
    names.push_back(named);
  }
  return names;
}

const std::vector<Named> moves = parse_names(
    "mega-punch:5 pay-day:6 fire-punch:7 ice-punch:8 thunder-punch:9 scratch:10 swords-dance:14 cut:15 "
    "mega-kick:25 headbutt:29 tackle:33 body-slam:34 take-down:36 double-edge:38 tail-whip:39 leer:43 "
    "bite:44 growl:45 roar:46 supersonic:48 disable:50 flamethrower:53 water-gun:55 hydro-pump:56 surf:57 "
    "ice-beam:58 blizzard:59 psybeam:60 bubble-beam:61 hyper-beam:63 submission:66 low-kick:67 counter:68 "
    "seismic-toss:69 strength:70 mega-drain:72 solar-beam:76 poison-powder:77 sleep-powder:79 "
    "thunderbolt:85 thunder-wave:86 thunder:87 earthquake:89 fissure:90 dig:91 toxic:92 confusion:93 "
    "psychic:94 hypnosis:95 agility:97 quick-attack:98 rage:99 teleport:100 mimic:102 screech:103 "
    "double-team:104 confuse-ray:109 defense-curl:111 light-screen:113 haze:114 reflect:115 "
    "focus-energy:116 bide:117 metronome:118 fire-blast:126 waterfall:127 swift:129 skull-bash:130 "
    "amnesia:133 dream-eater:138 flash:148 psywave:149 fury-swipes:154 rest:156 rock-slide:157 "
    "tri-attack:161 substitute:164 thief:168 nightmare:171 snore:173 curse:174 flail:175 protect:182 "
    "scary-face:184 sludge-bomb:188 mud-slap:189 zap-cannon:192 icy-wind:196 detect:197 outrage:200 "
    "sandstorm:201 giga-drain:202 endure:203 charm:204 rollout:205 false-swipe:206 swagger:207 "
    "fury-cutter:210 attract:213 sleep-talk:214 return:216 frustration:218 safeguard:219 dynamic-punch:223 "
    "baton-pass:226 encore:227 pursuit:228 sweet-scent:230 iron-tail:231 hidden-power:237 rain-dance:240 "
    "sunny-day:241 crunch:242 psych-up:244 shadow-ball:247 rock-smash:249 whirlpool:250 beat-up:251 "
    "uproar:253 heat-wave:257 hail:258 torment:259 facade:263 focus-punch:264 nature-power:267 taunt:269 "
    "helping-hand:270 role-play:272 magic-coat:277 brick-break:280 knock-off:282 endeavor:283 "
    "skill-swap:285 snatch:289 secret-power:290 dive:291 weather-ball:311 air-cutter:314 rock-tomb:317 "
    "tickle:321 signal-beam:324 aerial-ace:332 iron-defense:334 mud-shot:341 covet:343 calm-mind:347 "
    "shock-wave:351 water-pulse:352 roost:355 gyro-ball:360 brine:362 natural-gift:363 tailwind:366 "
    "u-turn:369 payback:371 assurance:372 fling:374 sucker-punch:389 toxic-spikes:390 poison-jab:398 "
    "seed-bomb:402 drain-punch:409 focus-blast:411 energy-ball:412 earth-power:414 giga-impact:416 "
    "nasty-plot:417 shadow-claw:421 zen-headbutt:428 rock-climb:431 captivate:445 stealth-rock:446 "
    "grass-knot:447 ominous-wind:466 hone-claws:468 venoshock:474 telekinesis:477 smack-down:479 "
    "sludge-wave:482 acid-spray:491 foul-play:492 round:496 echoed-voice:497 ally-switch:502 scald:503 "
    "incinerate:510 retaliate:514 bulldoze:523 work-up:526 confide:590 dazzling-gleam:605 infestation:611 "
    "power-up-punch:612 laser-focus:673 throat-chop:675 stomping-tantrum:707 liquidation:710 "
    "tera-blast:851 trailblaze:885 chilling-water:886");

const std::vector<Named> version_groups = parse_names(
    "red-blue:1 yellow:2 gold-silver:3 crystal:4 ruby-sapphire:5 emerald:6 firered-leafgreen:7 "
    "diamond-pearl:8 platinum:9 heartgold-soulsilver:10 black-white:11 colosseum:12 xd:13 "
    "black-2-white-2:14 x-y:15 omega-ruby-alpha-sapphire:16 sun-moon:17 ultra-sun-ultra-moon:18 "
    "lets-go-pikachu-lets-go-eevee:19 sword-shield:20 brilliant-diamond-shining-pearl:23 legends-arceus:24 "
    "scarlet-violet:25 red-green-japan:28 blue-japan:29 champions:32");

const std::vector<Named> versions = parse_names(
    "red:1 blue:2 yellow:3 gold:4 silver:5 crystal:6 ruby:7 sapphire:8 emerald:9 firered:10 leafgreen:11 "
    "diamond:12 pearl:13 platinum:14 heartgold:15 soulsilver:16 black:17 white:18 black-2:21 white-2:22 "
    "x:23 y:24 omega-ruby:25 alpha-sapphire:26 sun:27 moon:28 ultra-sun:29 ultra-moon:30 "
    "lets-go-pikachu:31 lets-go-eevee:32 sword:33 shield:34 the-isle-of-armor-sword:35 "
    "the-crown-tundra-sword:36 brilliant-diamond:37 shining-pearl:38 legends-arceus:39 scarlet:40 "
    "violet:41 the-teal-mask-scarlet:42 the-indigo-disk-scarlet:43 red-japan:44 green-japan:45 "
    "blue-japan:46 legends-za:47 mega-dimension:48");

const std::vector<Named> abilities = parse_names(
    "stench:1 sturdy:5 damp:6 limber:7 sand-veil:8 static:9 water-absorb:11 oblivious:12 cloud-nine:13 "
    "compound-eyes:14 insomnia:15 flash-fire:18 shield-dust:19 own-tempo:20 intimidate:22 levitate:26 "
    "effect-spore:27 synchronize:28 clear-body:29 lightning-rod:31 swift-swim:33 chlorophyll:34 "
    "poison-point:38 inner-focus:39 magnet-pull:42 soundproof:43 rain-dish:44 thick-fat:47 early-bird:48 "
    "flame-body:49 run-away:50 keen-eye:51 hyper-cutter:52 pickup:53 hustle:55 cute-charm:56 "
    "sticky-hold:60 shed-skin:61 guts:62 liquid-ooze:64");

const std::vector<Named> stats =
    parse_names("hp:1 attack:2 defense:3 special-attack:4 special-defense:5 speed:6");

const std::vector<Named> learn_methods = parse_names("level-up:1 egg:2 tutor:3 machine:4");

// The size of a document: a quantile function through the minimum, median and maximum of the real documents.
std::size_t document_size(SeededRandom random) {
  struct Point {
    double share, size;
  };
  constexpr std::array<Point, 7> points{{{0, 4951},
                                         {0.05, 12'000},
                                         {0.25, 45'000},
                                         {0.5, 98'736},
                                         {0.75, 180'000},
                                         {0.95, 300'000},
                                         {1, 664'610}}};
  const double share = random.unit();
  const auto above =
      std::find_if(points.begin() + 1, points.end() - 1, [&](Point p) { return p.share > share; });
  const auto below = above - 1;
  const double part = (share - below->share) / (above->share - below->share);
  return static_cast<std::size_t>(std::exp(std::lerp(std::log(below->size), std::log(above->size), part)));
}

/// Writes one record in the order of its keys.
class RecordWriter {
 public:
  RecordWriter(const Pokemon& pokemon, std::string_view origin)
      : m_pokemon(pokemon),
        m_origin(origin),
        m_random("record " + std::to_string(pokemon.id)),
        m_size(document_size(m_random)) {}

  std::string write() {
    append("{{\"abilities\":[");
    append_abilities();
    append("],\"base_experience\":{},\"cries\":{{", 36 + m_random.below(300));
    append("\"latest\":\"{0}/PokeAPI/cries/main/cries/pokemon/latest/{1}.ogg\",\"legacy\":null}},", m_origin,
           m_pokemon.id);
    append("\"forms\":[");
    append_link("pokemon-form", {m_pokemon.name, m_pokemon.id});
    append("],\"game_indices\":[");
    append_game_indices();
    append("],\"height\":{},\"held_items\":[],\"id\":{},\"is_default\":{},", 1 + m_random.below(30),
           m_pokemon.id, m_pokemon.id < 10000);
    append("\"location_area_encounters\":\"{}/api/v2/pokemon/{}/encounters\",\"moves\":[", m_origin,
           m_pokemon.id);
    std::string end = write_end();
    append_moves(end.size());
    return m_document += end;
  }

 private:
  template <typename... Args>
  void append(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(m_document), format, std::forward<Args>(args)...);
  }

  void append_link(std::string_view kind, Named to) {
    append("{{\"name\":\"{}\",\"url\":\"{}/api/v2/{}/{}/\"}}", to.name, m_origin, kind, to.id);
  }

  void append_comma() {
    if (m_document.back() != '[') m_document += ',';
  }

  void append_abilities() {
    const unsigned first = m_random.below(static_cast<unsigned>(abilities.size()));
    for (unsigned slot = 1; slot <= 2; ++slot) {
      append_comma();
      append("{{\"ability\":");
      append_link("ability", abilities[(first + 7 * slot) % abilities.size()]);
      append(",\"is_hidden\":{},\"slot\":{}}}", slot == 2, slot == 2 ? 3 : 1);
    }
  }

  void append_game_indices() {
    if (m_size < 20'000) return;
    for (std::size_t i = m_random.below(static_cast<unsigned>(versions.size())); i < versions.size(); ++i) {
      append_comma();
      append("{{\"game_index\":{},\"version\":", m_pokemon.id);
      append_link("version", versions[i]);
      append("}}");
    }
  }

  // Appends moves and their games until the document, with `rest` bytes after them, is about m_size long.
  void append_moves(std::size_t rest) {
    constexpr std::size_t detail_size = 222;
    std::size_t details = (m_size - std::min(m_size, m_document.size() + rest)) / detail_size;
    for (std::size_t i = 0; i < moves.size() && details > 0; ++i) {
      const std::size_t left = moves.size() - i;
      const std::size_t share = (details + left - 1) / left;
      const std::size_t games =
          std::min({details, version_groups.size(),
                    share + m_random.below(static_cast<unsigned>(version_groups.size()))});
      details -= games;
      append_comma();
      append("{{\"move\":");
      append_link("move", moves[i]);
      append(",\"version_group_details\":[");
      for (std::size_t game = version_groups.size() - games; game < version_groups.size(); ++game) {
        const Named& method = learn_methods[m_random.below(static_cast<unsigned>(learn_methods.size()))];
        append_comma();
        append("{{\"level_learned_at\":{},\"move_learn_method\":",
               method.id == 1 ? 1 + m_random.below(60) : 0);
        append_link("move-learn-method", method);
        append(",\"order\":null,\"version_group\":");
        append_link("version-group", version_groups[game]);
        append("}}");
      }
      append("]}}");
    }
  }

  // The part after the moves.
  std::string write_end() {
    std::string begin = std::exchange(m_document, {});
    append(
        "],\"name\":\"{}\",\"order\":{},\"past_abilities\":[],\"past_stats\":[],\"past_types\":[],"
        "\"species\":",
        m_pokemon.name, m_pokemon.id);
    append_link("pokemon-species", {m_pokemon.name, m_pokemon.id});
    append(",\"sprites\":");
    append_sprite_tree(m_document, m_pokemon, m_origin);
    append(",\"stats\":[");
    for (const Named& stat : stats) {
      append_comma();
      append("{{\"base_stat\":{},\"effort\":{},\"stat\":", 20 + m_random.below(120), m_random.below(3));
      append_link("stat", stat);
      append("}}");
    }
    append("],\"types\":[");
    unsigned slot = 0;
    for (const std::size_t type : types_of(m_pokemon.id)) {
      append_comma();
      append("{{\"slot\":{},\"type\":", ++slot);
      append_link("type", {type_names[type], static_cast<unsigned>(type + 1)});
      append("}}");
    }
    append("],\"weight\":{}}}", 1 + m_random.below(2000));
    return std::exchange(m_document, std::move(begin));
  }

  const Pokemon& m_pokemon;
  const std::string_view m_origin;
  SeededRandom m_random;
  const std::size_t m_size;
  std::string m_document;
};

}  // namespace

std::string record_document(const Pokemon& pokemon, std::string_view origin) {
  return RecordWriter(pokemon, origin).write();
}

}  // namespace spritefarm::mirror
