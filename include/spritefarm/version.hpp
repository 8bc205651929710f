#pragma once

/// The version of the library and of the program; the Makefile reads it from here.
#define SPRITEFARM_VERSION "0.1.0"
