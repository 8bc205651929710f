// What most tests include and what takes longest to read: the Makefile has GCC read it once for all of them. Included by
// nothing else, so it needs no guard.
#include "support/catch.hpp"

#include <spritefarm/futures.hpp>
