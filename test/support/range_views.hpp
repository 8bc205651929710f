#pragma once

// 1 if the compiler can use the views of <ranges>. Clang before 16 cannot use those of libstdc++.
#if defined(__clang__) && __clang_major__ < 16
#define HAS_RANGE_VIEWS 0
#else
#define HAS_RANGE_VIEWS 1
#endif
