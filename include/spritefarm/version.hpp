#pragma once

/// The version of the library and the program. The Makefile reads it from this line.
#define SPRITEFARM_VERSION "0.2.0"
