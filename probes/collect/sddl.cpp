// SDDL parser:  O:<sid> G:<sid> D:<flags>(ace)(ace)... S:<flags>(ace)...  in any order.
#include "probes/collect/sddl.hpp"

#include "core/text.hpp"
#include "probes/collect/sddl_words.hpp"

#include <array>
#include <optional>

namespace rdpsweep {
namespace {

constexpr std::size_t max_sub_authorities = 15; // SID_MAX_SUB_AUTHORITIES

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<SecurityDescriptor> parse() {
        while (at_ < text_.size() && !error_)
            section();
        if (error_) return std::move(*error_);
        return std::move(descriptor_);
    }

private:
    void fail(std::string_view what) {
        if (error_) return;
        error_ = Error(
            Phase::decode,
            Errc::malformed_output,
            std::string("security descriptor: ").append(what) + " at byte " + std::to_string(at_)
        );
    }

    [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }

    [[nodiscard]] bool take(std::string_view expected) noexcept {
        if (!rest().starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    void section() {
        if (take("O:")) {
            descriptor_.owner = sid();
        } else if (take("G:")) {
            descriptor_.group = sid();
        } else if (take("D:")) {
            if (seen_dacl_) return fail("a second DACL");
            seen_dacl_ = true;
            dacl();
        } else if (take("S:")) {
            while (at_ < text_.size() && text_[at_] != '(' && !starts_section())
                ++at_;
            while (at_ < text_.size() && text_[at_] == '(')
                (void)ace_text();
        } else {
            fail("neither owner, group, DACL nor SACL");
        }
    }

    [[nodiscard]] bool starts_section() const noexcept {
        const auto next = rest().substr(0, 2);
        return next == "O:" || next == "G:" || next == "D:" || next == "S:";
    }

    void dacl() {
        descriptor_.control |= sd_control::dacl_present;
        descriptor_.null_dacl = false;
        // The flags come first in what Windows writes: "D:PAINO_ACCESS_CONTROL".
        while (at_ < text_.size() && text_[at_] != '(' && !starts_section() && !error_) {
            if (take("NO_ACCESS_CONTROL"))
                descriptor_.null_dacl = true;
            else
                dacl_flag();
        }
        while (at_ < text_.size() && text_[at_] == '(' && !error_) {
            if (descriptor_.dacl.size() == max_aces) {
                error_ = Error(
                    Phase::decode, Errc::output_limit, "security descriptor: too many entries"
                );
                return;
            }
            ace();
        }
        if (descriptor_.null_dacl && !descriptor_.dacl.empty()) fail("entries in a null DACL");
    }

    void dacl_flag() {
        if (take("P")) {
            descriptor_.control |= sd_control::dacl_protected;
        } else if (take("AR")) {
            descriptor_.control |= sd_control::dacl_auto_inherit_req;
        } else if (take("AI")) {
            descriptor_.control |= sd_control::dacl_auto_inherited;
        } else {
            fail("an unknown DACL flag");
        }
    }

    // The text between an ACE's parentheses. Conditions hold parentheses and quoted text.
    std::string_view ace_text() {
        const std::size_t begin = ++at_;
        std::size_t depth = 1;
        bool quoted = false;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') quoted = !quoted;
            if (quoted) continue;
            if (c == '(') ++depth;
            if (c == ')' && --depth == 0) return text_.substr(begin, at_++ - begin);
        }
        fail("an entry without its closing parenthesis");
        return {};
    }

    // type;flags;rights;object guid;inherited object guid;sid[;condition]
    void ace() {
        std::string_view body = ace_text();
        if (error_) return;
        std::array<std::string_view, 6> fields;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const auto end = body.find(';');
            if (end == std::string_view::npos && i + 1 < fields.size()) {
                return fail("an entry with too few fields before");
            }
            fields[i] = trim(body.substr(0, end));
            body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
        }
        Ace entry;
        if (!sddl_words::classify(fields[0], entry)) return fail("an unknown entry type before");
        const auto flags = sddl_words::ace_flags(fields[1]);
        const auto mask = sddl_words::access_mask(fields[2]);
        if (!flags) return fail("unknown entry flags before");
        if (!mask) return fail("unknown rights before");
        auto who = Parser(fields[5]).whole_sid();
        if (!who) return fail("an unknown SID before");
        entry.flags = *flags;
        entry.mask = *mask;
        entry.sid = std::move(*who);
        descriptor_.dacl.push_back(std::move(entry));
    }

    std::optional<std::string> whole_sid() {
        std::string result = sid();
        if (error_ || at_ != text_.size()) return std::nullopt;
        return result;
    }

    std::string sid() {
        if (rest().starts_with("S-1-") || rest().starts_with("s-1-")) return literal_sid();
        auto known = sddl_words::sid_of_alias(rest().substr(0, 2));
        if (!known) {
            fail("an unknown SID");
            return {};
        }
        at_ += 2;
        return std::move(*known);
    }

    // S-1-<authority>(-<number>)*; the authority may be hexadecimal. The text may go on with "D:"
    // without a separator, hence no greedy hexadecimal digits elsewhere.
    std::string literal_sid() {
        const std::size_t begin = at_;
        at_ += 4;
        if (take("0x") || take("0X")) {
            for (int i = 0; i < 12 && at_ < text_.size() && is_hex_digit(text_[at_]); ++i)
                ++at_;
        } else if (!digits()) {
            fail("a SID without an authority");
        }
        std::size_t count = 0;
        while (take("-")) {
            if (!digits() || ++count > max_sub_authorities) {
                fail("a malformed SID");
                return {};
            }
        }
        std::string result(text_.substr(begin, at_ - begin));
        result.front() = 'S';
        return result;
    }

    bool digits() noexcept {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_digit(text_[at_]))
            ++at_;
        return at_ > begin && at_ - begin <= 15;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool seen_dacl_ = false;
    std::optional<Error> error_;
    SecurityDescriptor descriptor_;
};

} // namespace

Result<SecurityDescriptor> parse_sddl(std::string_view text) {
    if (text.size() > max_sddl_bytes) {
        return Error(Phase::decode, Errc::output_limit, "the security descriptor is too long");
    }
    return Parser(text).parse();
}

} // namespace rdpsweep
