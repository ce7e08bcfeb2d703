// Text on its way into HTML. Nothing reaches the page but through here.
#pragma once

#include "reports/messages/catalogue.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep::html {

using Arguments = std::map<std::string, std::string>;

// Returns text escaped; at most max_bytes of the source, then an ellipsis.
std::string escaped(std::string_view untrusted, std::size_t max_bytes = 400);

// The catalogue's sentences, escaped after the arguments went in.
class Words {
public:
    explicit Words(const Catalogue& messages) : messages_(messages) {}

    [[nodiscard]] std::string operator()(std::string_view key) const;
    [[nodiscard]] std::string operator()(std::string_view key, const Arguments& arguments) const;
    [[nodiscard]] std::string operator()(const Message& message) const;
    [[nodiscard]] std::string operator()(Verdict verdict) const; // "✖ broken"
    [[nodiscard]] std::string hosts(std::size_t count) const;    // "9,412 hosts"

    [[nodiscard]] const Catalogue& catalogue() const noexcept { return messages_; }

private:
    const Catalogue& messages_;
};

// Returns the source expression that lets a browser run or apply exactly this text (CSP level 2,
// 2.3.2): 'sha256-...'.
std::string csp_hash(std::string_view text);

} // namespace rdpsweep::html
