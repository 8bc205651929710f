#include "net/attempt_verdict.hpp"

#include "text/clock_time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spritefarm::net {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

bool is_transient(FetchFailure failure, long status) {
  switch (failure) {
    case FetchFailure::unresolved:
    case FetchFailure::refused:
    case FetchFailure::timeout:
    case FetchFailure::connection:
    case FetchFailure::encoding:
    case FetchFailure::memory:
    case FetchFailure::descriptors:
    case FetchFailure::rejected:
      return true;
    case FetchFailure::status:
      return status == 408 || status == 425 || status == 429 || status >= 500;
    default:
      return false;
  }
}

/// The host has sent a response that asks for a pause.
Verdict judge_pause(Host& host, const AttemptOutcome& outcome, Host::Time now) {
  const nanoseconds asked = outcome.pause.pause.value_or(seconds(0));
  const nanoseconds pause =
      asked.count() > 0 ? asked : Availability::probe_interval(host.availability.failed_probes() + 1);
  host.availability.on_pause(now, now + pause, outcome.is_probe);
  host.absence_reason.write(outcome.reason);
  host.concurrency.on_overload(outcome.protocol, now);
  const bool has_served_others = host.availability.answers() != outcome.answers_before;
  return asked.count() > 0 || has_served_others ? Verdict::put_off : Verdict::failed;
}

/// The host has sent another response, whole or not.
Verdict judge_response(Host& host, const Rate& rate, const AttemptOutcome& outcome, Host::Time now) {
  const AttemptTimes& times = outcome.times;
  if (host.availability.on_answer(outcome.is_probe)) host.limiter.resume_at(rate, now);
  host.concurrency.on_response(outcome.protocol, times.answered - times.sent, outcome.is_share_in_use, now);
  if (outcome.failure == FetchFailure::none) return Verdict::success;
  return is_transient(outcome.failure, outcome.status) ? Verdict::failed : Verdict::final;
}

/// Whether a proxy will refuse all requests to the host: it refuses the login or the connection.
bool is_refused_by_proxy(const AttemptOutcome& outcome) {
  return outcome.failure == FetchFailure::proxy && (outcome.status == 0 || outcome.status == 407);
}

/// Whether this machine has failed the request, not the host.
bool is_local(FetchFailure failure) {
  return failure == FetchFailure::memory || failure == FetchFailure::descriptors;
}

/// The host has sent no response.
Verdict judge_silence(Host& host, const HostTable::Settings& settings, int retries,
                      const AttemptOutcome& outcome, Host::Time now) {
  if (is_local(outcome.failure)) {
    host.concurrency.on_overload(outcome.protocol, now);
    return Verdict::failed;
  }
  Availability& availability = host.availability;
  const bool was_reached = availability.answers() > 0;
  // A host that was verified before may have lost its certificate for a while, as behind a captive portal.
  if (!is_transient(outcome.failure, 0) && !(outcome.failure == FetchFailure::certificate && was_reached))
    return Verdict::final;

  // A wrong host name never resolves.
  const int max_probes = outcome.failure == FetchFailure::unresolved ? std::min(retries, 1) : retries;
  const bool was_sent = outcome.times.sent < outcome.times.ended;
  if (was_sent)
    availability.on_silence(now, outcome.request, outcome.is_probe, max_probes);
  else
    availability.on_unreachable(now, outcome.is_probe, max_probes);
  host.concurrency.on_overload(outcome.protocol, now);
  if (availability.status(now, settings.max_absence).state == Availability::State::available)
    return Verdict::failed;
  host.absence_reason.write(outcome.reason);
  // A host that has answered others meanwhile has failed this request.
  const bool is_put_off = availability.answers() == outcome.answers_before;
  return is_put_off && (retries > 0 || !was_reached) ? Verdict::put_off : Verdict::failed;
}

}  // namespace

Verdict judge(Host& host, const HostTable::Settings& settings, int retries, const AttemptOutcome& outcome,
              Host::Time now) {
  if (outcome.pause.is_throttled) return judge_pause(host, outcome, now);
  if (is_refused_by_proxy(outcome)) {
    host.absence_reason.write(outcome.reason);
    host.availability.on_refusal(now);
    return Verdict::final;
  }
  if (outcome.status != 0) return judge_response(host, settings.rate, outcome, now);
  return judge_silence(host, settings, retries, outcome, now);
}

std::string reason_of_absence(Host& host, const HostTable::Settings& settings, const std::string& name,
                              Host::Time now) {
  const Availability::Status status = host.availability.status(now, settings.max_absence);
  const std::string reason = host.absence_reason.read();
  const auto limit = settings.max_absence.count();
  if (status.has_asked)
    return fmt::format("{} asks for a pause until {}, longer than --retry-max-time ({} s); try again then",
                       name, text::clock_time(status.next_probe - now), limit);
  if (host.availability.answers() == 0) return reason;
  return fmt::format("{} has not answered for --retry-max-time ({} s): {}", name, limit, reason);
}

}  // namespace spritefarm::net
