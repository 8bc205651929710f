#pragma once

#include <string>
#include <string_view>

namespace spritefarm::net {

/// A user's name and password, as libcurl takes them: decoded.
struct Credentials {
  std::string user;
  std::string password;

  [[nodiscard]] bool empty() const noexcept { return user.empty() && password.empty(); }
};

/// A URL without its credentials, and the credentials.
struct SplitUrl {
  std::string url;
  Credentials credentials;
};

/// Splits `user:password@` from a URL, which may lack its scheme, as curl's --proxy may. Other texts come
/// back as they are.
SplitUrl split_credentials(std::string_view url);

/// A reference from a document without its credentials: a link should have none (RFC 9110 §4.2.4). It may
/// have any form that browsers accept, such as "//user@host/".
std::string drop_credentials(std::string_view reference);

/// `text` for a message: without what could be credentials of a URL in it, also of one that is not valid. So
/// it removes all that is between the first "://" and the last '@'.
std::string without_credentials(std::string_view text);

}  // namespace spritefarm::net
