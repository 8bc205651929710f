#pragma once

/// Marks a namespace body whose names the shared library exports.
#define SPRITEFARM_API [[gnu::visibility("default")]]
