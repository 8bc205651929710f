// The precompiled header of the tests (see the Makefile): headers that most tests include and that are slow
// to compile. No file includes it, so it needs no include guard.
#include "support/catch.hpp"

#include <spritefarm/futures.hpp>
