// Catch2, included the one way every test file shares. Debian 12 has version 2, whose names the
// tests use; version 3, Debian 13's, calls two of them otherwise.
#pragma once

#include "tests/support/catch_headers.hpp"

#if __has_include(<catch2/catch_all.hpp>)
namespace Catch {

using Matchers::EndsWith;
using Matchers::StartsWith;

inline auto Contains(const std::string& part) {
    return Matchers::ContainsSubstring(part);
}

} // namespace Catch
#endif
