#include "cli/options.hpp"

#include "cli/secret_arguments.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <sstream>

using namespace spritefarm;
using namespace spritefarm::cli;
using namespace std::chrono_literals;

namespace {

Result<std::variant<cli::Options, cli::HelpText>> parse(const std::vector<std::string>& arguments,
                                                        const char* base_url = nullptr,
                                                        const std::string& input = "") {
  std::istringstream names(input);
  return cli::parse_options(arguments, {base_url, &names});
}

cli::Options options(const std::vector<std::string>& arguments, const char* base_url = nullptr,
                     const std::string& input = "") {
  auto parsed = parse(arguments, base_url, input);
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed);
  return std::get<cli::Options>(*std::move(parsed));
}

std::string path(const cli::Options& options) {
  return *options.path_template.path({"pikachu", 25, "front_shiny", "png"});
}

}  // namespace

TEST_CASE("without arguments, every option has its default", "[farm][options]") {
  const cli::Options defaults = options({});
  CHECK(defaults.pokemon.empty());
  CHECK(defaults.index.offset == 0);
  CHECK(defaults.index.limit == 100u);
  CHECK(defaults.shard.of == 1);
  CHECK(defaults.sprite_keys == std::vector<std::string>{"front_default"});
  CHECK(defaults.mode == cli::Mode::processes);
  CHECK(defaults.workers >= 1);
  CHECK(defaults.concurrency == 256);
  CHECK(defaults.base_url == "https://pokeapi.co/api/v2/");
  CHECK(defaults.rate == 100);
  CHECK(defaults.http.retries == 4);
  CHECK(defaults.http.timeout == 30s);
  CHECK(defaults.http.in_flight == 256);
  CHECK(defaults.output == "sprites");
  CHECK(path(defaults) == "pikachu.png");
  CHECK(!defaults.json);
  CHECK(defaults.verbosity == cli::Verbosity::normal);
}

TEST_CASE("--rate takes a number of requests per second, also below one", "[farm][options]") {
  CHECK(options({"--rate", "0"}).rate == 0);
  CHECK(options({"--rate", "0.5"}).rate == 0.5);
  for (const char* value : {"-1", "nan", "inf", "fast"}) {
    CAPTURE(value);
    CHECK(!parse({"--rate", value}));
  }
}

TEST_CASE("every option sets its value", "[farm][options]") {
  const cli::Options given = options({"-n",
                                      "7",
                                      "--offset=3",
                                      "--shard",
                                      "2/4",
                                      "--sprite",
                                      "front_default,back_default",
                                      "--sprite",
                                      "all",
                                      "--dry-run",
                                      "-t3",
                                      "-c",
                                      "5",
                                      "--base-url",
                                      "http://127.0.0.1:8/x",
                                      "--connect-to",
                                      "a:1:b:2",
                                      "--connect-to",
                                      "::[::1]:443",
                                      "--proxy",
                                      "http://p",
                                      "--retries",
                                      "0",
                                      "--timeout",
                                      "0.5",
                                      "-o",
                                      "out",
                                      "--json",
                                      "-v"});
  CHECK(given.index.limit == 7u);
  CHECK(given.index.offset == 3);
  CHECK(given.shard.which == 2);
  CHECK(given.shard.of == 4);
  CHECK(given.sprite_keys == std::vector<std::string>{"front_default", "back_default", "all"});
  CHECK(given.dry_run);
  CHECK(!given.remember);
  CHECK(given.mode == cli::Mode::threads);
  CHECK(given.workers == 3);
  CHECK(given.concurrency == 5);
  CHECK(given.http.in_flight == 5);
  CHECK(given.base_url == "http://127.0.0.1:8/x/");
  CHECK(given.http.connect_to == std::vector<std::string>{"a:1:b:2", "::[::1]:443"});
  CHECK(given.http.proxy == "http://p");
  CHECK(given.http.retries == 0);
  CHECK(given.http.timeout == 500ms);
  CHECK(given.output == "out");
  CHECK(given.json);
  CHECK(given.verbosity == cli::Verbosity::verbose);
  CHECK(path(given) == "front_shiny/pikachu.png");
}

TEST_CASE("calls travel through shared memory unless --transport is pipe", "[farm][options]") {
  CHECK(options({}).transport == Transport::shared_memory);
  CHECK(options({"--transport", "shm"}).transport == Transport::shared_memory);
  CHECK(options({"--transport", "pipe", "-p", "2"}).transport == Transport::pipe);
}

TEST_CASE("serial means one worker and one sprite at a time", "[farm][options]") {
  const cli::Options serial = options({"-s"});
  CHECK(serial.mode == cli::Mode::serial);
  CHECK(serial.workers == 1);
  CHECK(serial.concurrency == 1);
  CHECK(serial.http.in_flight == 1);
  CHECK(options({"-s", "-c", "1"}).mode == cli::Mode::serial);
}

TEST_CASE("a list option takes one argument", "[farm][options]") {
  CHECK(options({"--sprite", "front_shiny", "pikachu", "25"}).pokemon ==
        std::vector<std::string>{"pikachu", "25"});
  CHECK(options({"--connect-to", "a:1:b:2", "mew"}).pokemon == std::vector<std::string>{"mew"});
}

TEST_CASE("--ssh takes a list of hosts", "[farm][options]") {
  CHECK(options({"--cluster", "--ssh", "pc1,ana@pc2"}).ssh_hosts ==
        std::vector<std::string>{"pc1", "ana@pc2"});
}

TEST_CASE("--all removes the limit", "[farm][options]") {
  const cli::Options all = options({"--all", "--offset", "2"});
  CHECK(!all.index.limit);
  CHECK(all.index.offset == 2);
}

TEST_CASE("- reads pokémon from standard input", "[farm][options]") {
  CHECK(options({"mew", "-"}, nullptr, "pikachu 25\n\n  mr-mime\n").pokemon ==
        std::vector<std::string>{"mew", "pikachu", "25", "mr-mime"});
  CHECK(!parse({"-"}, nullptr, " \n"));
  CHECK(!parse({"-", "-"}, nullptr, "pikachu"));
  CHECK(!parse({"-"}, nullptr, "pikachu ../x"));
}

TEST_CASE("a list has comments, commas and ranges", "[farm][options]") {
  using Names = std::vector<std::string>;
  CHECK(options({"-"}, nullptr, "\xef\xbb\xbf# my team\r\nmew # favourite\r\n#\n1-3,ditto#x").pokemon ==
        Names{"mew", "1", "2", "3", "ditto"});
  CHECK(options({"pikachu,mew"}).pokemon == Names{"pikachu", "mew"});
  CHECK(options({"pikachu,", "9-9", "mr. mime"}).pokemon == Names{"pikachu", "9", "mr.", "mime"});
  CHECK(options({"porygon-z", "zygarde-10", "10-percent"}).pokemon ==
        Names{"porygon-z", "zygarde-10", "10-percent"});
  CHECK(!parse({"-"}, nullptr, "# pikachu\n"));
  for (const char* wrong :
       {"", ",", "3-1", "0-3", "1-99999999", "1-99999999999", "1,../x", "-4", "pikachu,-4"}) {
    CAPTURE(wrong);
    CHECK(!parse({wrong}));
  }
}

TEST_CASE("--type and --generation take lists, instead of the index or names", "[farm][options]") {
  const cli::Options given = options({"--type", "fire,water", "--generation", "1-3", "--generation=ix"});
  CHECK(given.types == std::vector<std::string>{"fire", "water"});
  CHECK(given.generations == std::vector<std::string>{"1", "2", "3", "ix"});
  using List = std::vector<std::string>;
  const List wrong =
      GENERATE(List{"--type", ""}, List{"--type", "../x"}, List{"--generation", "3-1"},
               List{"--type", "fire", "pikachu"}, List{"--generation", "1", "-n", "5"},
               List{"--type", "fire", "--all"}, List{"--type", "fire", "--template", "mine.{ext}"});
  CAPTURE(wrong);
  CHECK(!parse(wrong));
}

TEST_CASE("a word that is almost a command is no pokémon", "[farm][options]") {
  const auto message = [](const std::string& word) {
    const auto parsed = parse({"mew", word});
    return parsed ? "" : parsed.error().message;
  };
  for (const char* word : {"bench", "bnech", "Bench", "benc", "bench2", "bemch"}) {
    CAPTURE(word);
    CHECK(message(word).find("did you mean 'spritefarm bench'?") != std::string::npos);
  }
  CHECK(message("miror").find("'spritefarm mirror'") != std::string::npos);
  CHECK(message("call").find("'spritefarm bench calls'") != std::string::npos);
  CHECK(message("help").find("'spritefarm --help'") != std::string::npos);
  CHECK(message("versoin").find("'spritefarm --version'") != std::string::npos);
  CHECK(message("-4").find("option") != std::string::npos);
  for (const char* word : {"mew", "phanpy", "venusaur", "bunch2x"}) CHECK(message(word).empty());
}

TEST_CASE("a demo has a directory of its own, with a gallery", "[farm][options]") {
  CHECK(options({"--demo"}).output == "demo-sprites");
  CHECK(options({"--demo"}).gallery);
  CHECK(options({"--demo", "-o", "here"}).output == "here");
  CHECK_FALSE(options({"--demo", "--dry-run"}).gallery);
  CHECK_FALSE(options({}).gallery);
}

TEST_CASE("the default number of workers is for the cores and for the work", "[farm][options]") {
  const int for_cores = std::clamp(cli::number_of_cores(), 4, 8);
  CHECK(options({"--all"}).workers == for_cores);
  CHECK(options({"--limit", "50"}).workers == 1);
  CHECK(options({"--limit", "51"}).workers == 2);
  CHECK(options({"1-151"}).workers == 4);
  CHECK(options({"pikachu"}).workers == 1);
  CHECK(options({"pikachu", "-p", "7"}).workers == 7);
}

TEST_CASE("the environment can set the base URL", "[farm][options]") {
  CHECK(options({}, "http://h/v2").base_url == "http://h/v2/");
  CHECK(options({}, "").base_url == "https://pokeapi.co/api/v2/");
  CHECK(options({"--base-url", "http://i/"}, "http://h/").base_url == "http://i/");
  CHECK(options({"--base-url", "http://i/"}, "nonsense").base_url == "http://i/");
  CHECK(!parse({}, "nonsense"));
}

TEST_CASE("credentials leave the URLs at the door", "[farm][options]") {
  const cli::Options given =
      options({"--base-url", "http://farm:se%20cret@H:8/x", "--proxy", "u:p@proxy:1", "--noproxy", "a,b"});
  CHECK(given.base_url == "http://H:8/x/");
  CHECK(given.http.credentials.user == "farm");
  CHECK(given.http.credentials.password == "se cret");
  CHECK(given.http.home == "http://h:8");
  CHECK(given.http.proxy == "proxy:1");
  CHECK(given.http.proxy_credentials.password == "p");
  CHECK(given.http.noproxy == "a,b");
  CHECK(options({}, "http://farm:secret@h/").base_url == "http://h/");
  CHECK(options({"--proxy", ""}).http.proxy == "");
  CHECK_FALSE(options({}).http.proxy);
}

TEST_CASE("no secret is in the message about a wrong command line", "[farm][options]") {
  using List = std::vector<std::string>;
  const List arguments =
      GENERATE(List{"--base-url", "ftp://farm:secret@h/"}, List{"--base-url", "http://farm:sec#secret@h/"},
               List{"--base-url", "http://farm:secret x@h/"}, List{"--base-ur", "http://farm:secret@h/"},
               List{"http://farm:secret@h/"}, List{"--header", "secret"}, List{"--header", "A: secret\n"});
  CAPTURE(arguments);
  const auto parsed = parse(arguments);
  REQUIRE(!parsed);
  CAPTURE(parsed.error().message);
  CHECK(parsed.error().message.find("secret") == std::string::npos);
  const auto from_environment = parse({}, "gopher://farm:secret@h/");
  REQUIRE(!from_environment);
  CHECK(from_environment.error().message.find("secret") == std::string::npos);
}

TEST_CASE("certificates come from --cacert, then from the environment, in curl's order", "[farm][options]") {
  const auto http = [](const std::vector<std::string>& arguments, cli::OptionSources sources) {
    auto parsed = cli::parse_options(arguments, sources);
    REQUIRE(parsed);
    return std::get<cli::Options>(*std::move(parsed)).http;
  };
  const cli::OptionSources all{.ca_bundle = "bundle", .ca_directory = "directory", .ca_file = "file"};
  CHECK(http({"--cacert", "/dev/null"}, all).ca_file == "/dev/null");
  const net::HttpOptions directory = http({"--cacert", "/tmp"}, all);
  CHECK(directory.ca_directory == "/tmp");
  CHECK(directory.is_ca_directory_alone);
  CHECK(directory.ca_file.empty());
  CHECK(http({}, all).ca_file == "bundle");
  CHECK(http({}, all).ca_directory.empty());
  CHECK(http({}, {.ca_bundle = "", .ca_directory = "directory", .ca_file = "file"}).ca_directory ==
        "directory");
  CHECK(http({}, {.ca_file = "file"}).ca_file == "file");
  CHECK(http({}, {}).ca_file.empty());
}

TEST_CASE("--header and --user-agent are checked", "[farm][options]") {
  const cli::Options given = options({"--header", "A: b, c", "--header=X-Y;", "--user-agent", ""});
  CHECK(given.http.headers == std::vector<std::string>{"A: b, c", "X-Y;"});
  CHECK(given.http.user_agent == "");
  CHECK_FALSE(options({}).http.user_agent);
  for (const char* header : {"", "A", ": b", "A b: c", "A: b\nC: d"}) {
    CAPTURE(header);
    CHECK(!parse({"--header", header}));
  }
  CHECK(!parse({"--user-agent", "a\nb"}));
}

TEST_CASE("secrets disappear from the arguments of the process", "[farm][options]") {
  std::vector<std::string> arguments{"spritefarm",
                                     "--header",
                                     "Authorization: Bearer secret",
                                     "--header=A:secret",
                                     "--proxy",
                                     "u:secret@p:1",
                                     "--proxy=u:secret@p",
                                     "--base-url",
                                     "http://u:secret@h/",
                                     "--base-url=http://u:secret@h/",
                                     "pikachu"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  cli::hide_secrets(static_cast<int>(argv.size()), argv.data());
  for (const std::string& argument : arguments) {
    CAPTURE(argument);
    CHECK(argument.find("secret") == std::string::npos);
  }
  CHECK(arguments[2] == "Authorization:**************");
  CHECK(arguments[5] == "********@p:1");
  CHECK(arguments[8] == "http://********@h/");
  CHECK(arguments[10] == "pikachu");
}

TEST_CASE("a template that gives two sprites the same path is refused", "[farm][options]") {
  CHECK(path(options({"--template", "{id}-{sprite}.{ext}", "--sprite", "all"})) == "25-front_shiny.png");
  CHECK(path(options({"--template", "mine.{ext}", "pikachu"})) == "mine.png");
  CHECK(!parse({"--template", "mine.{ext}"}));
  CHECK(!parse({"--template", "mine.{ext}", "pikachu", "mew"}));
  CHECK(!parse({"--template", "{name}.{ext}", "--sprite", "*"}));
}

TEST_CASE("a run keeps a ledger; --refresh and --verify are off by default", "[farm][options]") {
  const cli::Options usual = options({});
  CHECK(usual.remember);
  CHECK(!usual.refresh);
  CHECK(!usual.verify);
  CHECK(options({"--refresh"}).refresh);
  CHECK(options({"--verify"}).verify);
  CHECK(!usual.server_times);
  CHECK(!options({"--mtime", "now"}).server_times);
  CHECK(options({"--mtime", "server"}).server_times);
  CHECK(options({"--ledger", "a.db"}).ledger == "a.db");
  CHECK(options({"--ledger", "a.db"}).remember);
  CHECK(!options({"--ledger", "none"}).remember);
  CHECK(!options({"--ledger", "a.db", "--dry-run"}).remember);
}

TEST_CASE("a wrong command line is refused in one line", "[farm][options]") {
  using List = std::vector<std::string>;
  const List arguments = GENERATE(
      List{"--no-such"}, List{"-x"}, List{"-p", "0"}, List{"-p", "-1"}, List{"-p", "x"}, List{"-p"},
      List{"-p", "513"}, List{"-t", "0"}, List{"-p", "2", "-t", "2"}, List{"-s", "-p", "2"},
      List{"-s", "-t", "2"}, List{"-s", "-c", "2"}, List{"-c", "0"}, List{"-n", "0"}, List{"-n", "-5"},
      List{"-n", "1.5"}, List{"-n", "99999999999999999999"}, List{"-n", "1", "-n", "2"},
      List{"--offset", "-1"}, List{"--all", "-n", "5"}, List{"pikachu", "-n", "5"}, List{"pikachu", "--all"},
      List{"pikachu", "--offset", "1"}, List{"--shard", "0/2"}, List{"--shard", "x"}, List{"--sprite", ""},
      List{"--sprite", "a,,b"}, List{"--sprite", "a..b"}, List{"--transport", "pigeon"},
      List{"--transport", "shm", "-t", "2"}, List{"--transport", "pipe", "-t", "2"},
      List{"--base-url", "ftp://h/"}, List{"--base-url", "http://"}, List{"--base-url", "http://h/?x"},
      List{"--base-url", ""}, List{"--connect-to", "a:b"}, List{"--connect-to", "a:x:b:1"},
      List{"--cacert", "/no/such/file"}, List{"--retries", "-1"}, List{"--retries", "101"},
      List{"--timeout", "0"}, List{"--timeout", "x"}, List{"--timeout", "nan"}, List{"-o", ""},
      List{"--ledger", ""}, List{"--mtime", "then"}, List{"--template", ""}, List{"--template", "../{name}"},
      List{"--template", "{nam}"}, List{"-q", "-v"}, List{"--demo", "--base-url", "http://h/"}, List{"../x"},
      List{""}, List{"0"}, List{"--planted", "f"}, List{"--rate", "-1"}, List{"--ssh", "h"},
      List{"--cluster", "--ssh", ""}, List{"--cluster", "--ssh", "a,-oProxyCommand=x"},
      List{"--cluster", "--ssh", "a b"});
  std::string joined;
  for (const std::string& argument : arguments) joined += argument + " ";
  CAPTURE(joined);
  const auto parsed = parse(arguments);
  REQUIRE(!parsed);
  CHECK(!parsed.error().message.empty());
  CHECK(parsed.error().message.find('\n') == std::string::npos);
}

TEST_CASE("--help names every option, --version the program", "[farm][options]") {
  const auto help = parse({"--help"});
  REQUIRE(help);
  const std::string text = std::get<cli::HelpText>(*help).text;
  for (const char* option :
       {"--limit",      "--offset",  "--all",     "--sprite",      "--shard",      "--dry-run",
        "--processes",  "--threads", "--serial",  "--concurrency", "--transport",  "--base-url",
        "--connect-to", "--cacert",  "--proxy",   "--noproxy",     "--user-agent", "--header",
        "--retries",    "--timeout", "--output",  "--template",    "--json",       "--demo",
        "--quiet",      "--verbose", "--version", "--help",        "POKEMON",      "128+N"}) {
    CAPTURE(option);
    CHECK(text.find(option) != std::string::npos);
  }
  for (const char* option : {"--version", "-V"}) {
    const auto version = parse({option});
    REQUIRE(version);
    CHECK(std::get<cli::HelpText>(*version).text.find("spritefarm ") == 0);
  }
}

TEST_CASE("--gallery and --dry-run exclude each other", "[farm][options]") {
  CHECK(!options({}).gallery);
  CHECK(options({"--gallery"}).gallery);
  CHECK(!parse({"--gallery", "--dry-run"}));
}
