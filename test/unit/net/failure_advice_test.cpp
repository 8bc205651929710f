#include "net/failure_advice.hpp"

#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/temp_dir.hpp"

using namespace spritefarm::net;
using namespace spritefarm::test;

namespace {

/// Whether the message for the attempt contains `advice`.
void check_advice(const FailedAttempt& attempt, const std::string& advice, const std::string& ca_file = {}) {
  const std::string message = explain(attempt, {.ca_file = ca_file});
  CAPTURE(message, advice);
  CHECK(message.find(advice) != std::string::npos);
}

}  // namespace

TEST_CASE("the advice for a certificate is that for its fault", "[advice]") {
  const auto refused = [](long verify_result) {
    return FailedAttempt{.failure = FetchFailure::certificate,
                         .result = CURLE_PEER_FAILED_VERIFICATION,
                         .verify_result = verify_result};
  };
  for (const long wrong_time : {9, 10}) check_advice(refused(wrong_time), "check this machine's clock");
  for (const long other_host : {0, 1, 62, 64}) check_advice(refused(other_host), "check the host name");
  for (const long unknown_ca : {2, 18, 19, 20, 21}) {
    check_advice(refused(unknown_ca), "pass its CA with --cacert");
    check_advice(refused(unknown_ca), "its CA is not in ca.pem", "ca.pem");
  }
  check_advice(refused(23), "revoked");
  check_advice(refused(66), "the server needs another certificate");
}

TEST_CASE("the advice for a file of certificates names the file and its fault", "[advice]") {
  const TempDir folder;
  const FailedAttempt unusable{.failure = FetchFailure::certificate, .result = CURLE_SSL_CACERT_BADFILE};
  const auto check_file = [&](const std::string& bytes, const std::string& fault) {
    const std::string file = folder / "ca.pem";
    write_file(file, bytes);
    check_advice(unusable, "--cacert " + file + ": " + fault, file);
  };
  check_file("", "it is empty");
  check_file("\x30\x82\x01\x02", "it is in DER form");
  check_file("-----BEGIN PRIVATE KEY-----\n", "it holds no certificate");
  check_file("-----BEGIN CERTIFICATE-----\nAAAA\n", "a certificate in it is damaged");
  check_advice(unusable, "it is a directory", folder.path().string());
  check_advice(unusable, "No such file", folder / "absent");
  check_advice(unusable, "install ca-certificates");
}

TEST_CASE("the advice for a status names its cause", "[advice]") {
  const auto status = [](long number) {
    return FailedAttempt{.failure = FetchFailure::status, .status = number};
  };
  check_advice(status(203), "a proxy on the way has changed the response");
  check_advice(status(401), "check the user name and password");
  check_advice({.failure = FetchFailure::proxy, .proxy_status = 407}, "the proxy refuses the login");
  check_advice({.failure = FetchFailure::unresolved, .result = CURLE_COULDNT_RESOLVE_PROXY}, "--proxy");
}

TEST_CASE("a lack of memory is not called a failure of the network", "[advice]") {
  const std::string message =
      explain({.failure = FetchFailure::memory, .result = CURLE_OUT_OF_MEMORY}, HttpOptions{});
  CHECK(message.find("not enough memory") != std::string::npos);
  CHECK(message.find("network") == std::string::npos);
}
