#include "net/curl_handles.hpp"

#include <csignal>

namespace spritefarm::net {

void initialise_curl() {
  // No curl_global_cleanup(): other threads may still use libcurl when this one ends.
  static const bool ready = [] {
    if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
      throw std::runtime_error(std::string("cannot initialise libcurl: ") + curl_easy_strerror(code));
    const auto previous = std::signal(SIGPIPE, SIG_IGN);
    if (previous != SIG_DFL && previous != SIG_ERR) std::signal(SIGPIPE, previous);
    return true;
  }();
  (void)ready;
}

EasyHandle make_easy() {
  EasyHandle easy(curl_easy_init());
  if (!easy) throw std::bad_alloc();
  return easy;
}

StringList make_list(const std::vector<std::string>& strings) {
  StringList list;
  for (const std::string& string : strings) {
    curl_slist* const extended = curl_slist_append(list.get(), string.c_str());
    if (!extended) throw std::bad_alloc();
    (void)list.release();
    list.reset(extended);
  }
  return list;
}

}  // namespace spritefarm::net
