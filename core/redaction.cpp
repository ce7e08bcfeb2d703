// Decodes the text in every way, looks for secrets in each reading, and hides what they came from.
#include "core/redaction.hpp"

#include "core/decoded.hpp"
#include "core/secret.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace rdpsweep {

namespace {

constexpr std::string_view blank = "[redacted]";
constexpr std::string_view withheld = "[withheld: it may hold a secret]";

using Decoder = std::optional<Decoded> (*)(const Decoded& text);

template <EscapeReader reader>
std::optional<Decoded> escapes(const Decoded& text) {
    return read_escapes(text, reader);
}

template <std::size_t skew>
std::optional<Decoded> base64(const Decoded& text) {
    return read_base64(text, skew);
}

template <std::size_t skew>
std::optional<Decoded> hex(const Decoded& text) {
    return read_hex(text, skew);
}

struct Way {
    Decoder decode;
    bool makes_noise; // from any text, where it is none of its own
    std::string_view
        signs{}; // without one of these characters the text reads as it stands; none: any
};

// Each escape alone as well as all together: a secret may hold what looks like another one's.
constexpr std::array ways{
    Way{escapes<read_any>, false, "%&\\_"},
    Way{escapes<read_percent>, false, "%"},
    Way{escapes<read_form>, false, "%+"},
    Way{escapes<read_entity>, false, "&"},
    Way{escapes<read_backslash>, false, "\\"},
    Way{escapes<read_clixml>, false, "_"},
    Way{escapes<read_quoted>, false, "'\"%$^`"},
    Way{escapes<read_apostrophes>, false, "'"},
    Way{base64<0>, true},
    Way{base64<1>, true},
    Way{base64<2>, true},
    Way{base64<3>, true},
    Way{hex<0>, true},
    Way{hex<1>, true},
};

class Hunt {
public:
    Hunt(const SecretIndex& secrets, std::string_view source)
        : secrets_(secrets), source_(source), hidden_(source.size()) {}

    std::string run() {
        Decoded text(source_);
        look(text, 2);
        constexpr int nested = 4;
        for (int i = 0; i < nested && !withhold_; ++i) {
            auto inner = read_escapes(text, read_any);
            if (!inner) break;
            text = *std::move(inner);
            if (i > 0) look(text, 1); // once is done
        }
        return withhold_ ? std::string(withheld) : mended();
    }

private:
    void look(const Decoded& text, int deeper) {
        secrets_.find(text.bytes(), [&](const Sighting& sighting) {
            if (sighting.mend == Mend::withhold) withhold_ = true;
            const auto last = sighting.begin + sighting.length - 1;
            // Behind a text that ends in a secret may be the half of one more escape.
            const auto end = sighting.at_end ? source_.size() : text.from(last).end;
            hide(text.from(sighting.begin).begin, end);
        });
        if (deeper == 0) return;
        std::optional<Decoded> first; // by all escapes: most often no other way reads differently
        for (const auto& way : ways) {
            if (withhold_) return;
            const bool may = way.signs.empty() ||
                             text.bytes().find_first_of(way.signs) != std::string_view::npos;
            auto inner = may ? way.decode(text) : std::nullopt;
            if (!inner || (first && first->bytes() == inner->bytes())) continue;
            const bool text_again = !way.makes_noise || holds_text(inner->bytes());
            look(*inner, text_again ? deeper - 1 : 0);
            if (!first) first = std::move(inner);
        }
    }

    // Tells whether that many printable bytes of ASCII stand together as a secret has at least: an
    // escape in Base64 or hex needs them, and noise seldom has them.
    [[nodiscard]] bool holds_text(std::string_view bytes) const {
        std::size_t run = 0;
        for (const char byte : bytes) {
            run = byte >= ' ' && byte <= '~' ? run + 1 : 0;
            if (run == secrets_.shortest()) return true;
        }
        return false;
    }

    void hide(std::size_t begin, std::size_t end) {
        const auto at = [this](std::size_t place) {
            return hidden_.begin() + static_cast<std::ptrdiff_t>(place);
        };
        std::fill(at(begin), at(end), true);
    }

    std::string mended() const {
        std::string out;
        out.reserve(source_.size());
        for (std::size_t at = 0; at < source_.size(); ++at) {
            if (!hidden_[at])
                out += source_[at];
            else if (at == 0 || !hidden_[at - 1])
                out += blank;
        }
        return out;
    }

    const SecretIndex& secrets_;
    std::string_view source_;
    std::vector<bool> hidden_; // one a byte of the source
    bool withhold_ = false;
};

// Returns a JSON text with its escapes read; it is not asked where each byte came from.
std::string without_backslashes(std::string_view json) {
    std::string out;
    out.reserve(json.size()); // an escape is longer than what it stands for
    while (!json.empty()) {
        const auto plain = std::min(json.find('\\'), json.size());
        out.append(json.substr(0, plain));
        json.remove_prefix(plain);
        if (json.empty()) break;
        const auto escape = read_backslash(json);
        if (escape.length == 0) break;
        if (escape.is_byte)
            out += static_cast<char>(escape.value);
        else
            append_utf8(out, escape.value);
        json.remove_prefix(escape.length);
    }
    return out;
}

} // namespace

bool holds_plainly(const SecretIndex& secrets, std::string_view json) {
    if (json.empty() || secrets.empty()) return false;
    bool found = false;
    const auto note = [&found](const Sighting&) { found = true; };
    secrets.find(json, note);
    if (found || json.find('\\') == std::string_view::npos) return found;
    auto inner = without_backslashes(json);
    secrets.find(inner, note);
    cleanse(inner);
    return found;
}

std::string redact_with(const SecretIndex& secrets, std::string_view text) {
    if (text.empty() || secrets.empty()) return std::string(text);
    return Hunt(secrets, text).run();
}

} // namespace rdpsweep
