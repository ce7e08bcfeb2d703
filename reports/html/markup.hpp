// Text on its way into HTML. Nothing reaches the page but through here.
#pragma once

#include "reports/html/fragment.hpp"
#include "reports/messages/catalogue.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep::html {

using Arguments = std::map<std::string, std::string>;

// Returns text escaped; at most max_bytes of the source, then an ellipsis.
Html escaped(std::string_view untrusted, std::size_t max_bytes = 400);

// Returns a number as people read it: "9,412".
Html number(std::size_t count);

// The catalogue's sentences, escaped after the arguments went in.
class Words {
public:
    explicit Words(const Catalogue& messages) : messages_(messages) {}

    [[nodiscard]] Html operator()(std::string_view key) const;
    [[nodiscard]] Html operator()(std::string_view key, const Arguments& arguments) const;
    [[nodiscard]] Html operator()(const Message& message) const;
    [[nodiscard]] Html operator()(Verdict verdict) const; // "✖ broken"
    [[nodiscard]] Html hosts(std::size_t count) const;    // "9,412 hosts"

    [[nodiscard]] const Catalogue& catalogue() const noexcept { return messages_; }

private:
    const Catalogue& messages_;
};

// Returns the source expression that lets a browser run or apply exactly this text (CSP level 2,
// 2.3.2): 'sha256-...'.
Html csp_hash(std::string_view text);

} // namespace rdpsweep::html
