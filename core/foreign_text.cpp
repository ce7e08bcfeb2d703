// Looks at some more of a text than it shows: a secret may begin in what is shown.
#include "core/foreign_text.hpp"

#include "core/secret.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// The part of a secret by which it is known has 16 bytes; escaped twice, each takes 40 at most.
constexpr std::size_t looked_behind = 1024;

} // namespace

std::string foreign_text(std::string_view untrusted, std::size_t max_bytes) {
    const auto seen = untrusted.substr(0, max_bytes + looked_behind);
    const auto clean = redact(seen);
    auto shown = printable(clean, max_bytes);
    const bool more = seen.size() < untrusted.size() && clean.size() <= max_bytes;
    return more ? shown + "..." : shown;
}

std::string redacted_prefix(std::string_view untrusted, std::size_t max_bytes) {
    auto clean = redact(untrusted.substr(0, max_bytes + looked_behind));
    clean.resize(std::min(clean.size(), max_bytes));
    return clean;
}

std::string foreign_end(std::string_view untrusted, std::size_t max_bytes) {
    const auto most = std::min(untrusted.size(), max_bytes + looked_behind);
    const auto clean = redact(untrusted.substr(untrusted.size() - most));
    const auto end =
        std::string_view(clean).substr(clean.size() - std::min(clean.size(), max_bytes));
    return printable(trim(end), max_bytes);
}

} // namespace rdpsweep
