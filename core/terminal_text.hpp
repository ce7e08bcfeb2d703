// Text that is fit for a terminal. Only printable() makes it out of what was read from somewhere,
// and nothing else is written to a terminal: a raw std::string does not get there by mistake.
#pragma once

#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace rdpsweep {

class TerminalText {
public:
    TerminalText() = default;

    // Takes words of the program's own source.
    template <std::size_t length>
    TerminalText(const char (&ours)[length]) : text_(ours) {}

    template <std::size_t length>
    TerminalText(char (&buffer)[length]) = delete;

    TerminalText& operator+=(const TerminalText& more) {
        text_ += more.text_;
        return *this;
    }

    [[nodiscard]] const std::string& str() const noexcept { return text_; }

    operator std::string() const { return text_; }

    operator std::string_view() const noexcept { return text_; }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

    [[nodiscard]] bool ends_with(std::string_view end) const noexcept {
        return text_.ends_with(end);
    }

    [[nodiscard]] auto begin() const noexcept { return text_.begin(); }

    [[nodiscard]] auto end() const noexcept { return text_.end(); }

    // Appends as many blanks.
    TerminalText& pad(std::size_t count) {
        text_.append(count, ' ');
        return *this;
    }

    // Returns the first bytes, which are whole characters and no colours.
    [[nodiscard]] TerminalText first(std::size_t bytes) const {
        return TerminalText(text_.substr(0, bytes), 0);
    }

    // Takes blanks away at the end.
    TerminalText& trim_end() {
        text_.erase(text_.find_last_not_of(' ') + 1);
        return *this;
    }

    friend TerminalText operator+(TerminalText before, const TerminalText& after) {
        before += after;
        return before;
    }

    // Together with what is not fit for a terminal it is not either.
    template <std::same_as<std::string> Text>
    friend std::string operator+(Text before, const TerminalText& after) {
        return std::move(before) + after.text_;
    }

    template <std::same_as<std::string> Text>
    friend std::string operator+(const TerminalText& before, const Text& after) {
        return before.text_ + after;
    }

    // A pointer may lead anywhere, and a character be any.
    template <class Any>
    friend std::string operator+(
        const Any& before, const TerminalText& after
    ) requires(std::same_as<Any, const char*> || std::same_as<Any, char>) {
        return before + after.text_;
    }

    template <class Any>
    friend std::string operator+(
        const TerminalText& before, const Any& after
    ) requires(std::same_as<Any, const char*> || std::same_as<Any, char>) {
        return before.text_ + after;
    }

    friend bool
    operator==(const TerminalText& one, const std::same_as<TerminalText> auto& other) noexcept {
        return one.text_ == other.text_;
    }

    friend bool operator==(const TerminalText& one, std::string_view other) noexcept {
        return one.text_ == other;
    }

    friend std::ostream& operator<<(std::ostream& out, const TerminalText& text) {
        return out << text.text_;
    }

private:
    friend TerminalText printable(std::string_view untrusted, std::size_t max_bytes);
    friend TerminalText printable_lines(std::string_view untrusted);

    explicit TerminalText(std::string&& fit, int /*of printable() alone*/)
        : text_(std::move(fit)) {}

    std::string text_;
};

// Makes text fit for a terminal or a log: control characters (C0, DEL, C1), bidirectional overrides
// and invalid UTF-8 are shown as \xNN or \u{NNNN}; at most max_bytes of the source, then "...".
TerminalText printable(std::string_view untrusted, std::size_t max_bytes = 400);

// Does the same line by line: the ends of lines stay. For text whose lines are ours.
TerminalText printable_lines(std::string_view untrusted);

// Returns a number in digits.
template <std::integral Number>
TerminalText printable(Number number) requires(!std::same_as<Number, char>) {
    return printable(std::to_string(number));
}

// Tells whether a character changes how the rest of a line is shown: controls, bidirectional
// overrides, and what is not seen at all.
bool disturbs_display(char32_t code) noexcept;

// Replaces such characters beyond ASCII, and DEL, by \uXXXX, from a place in json on: its value
// stays the same. json: valid UTF-8; such characters are in its texts.
void escape_for_display(std::string& json, std::size_t from = 0);

} // namespace rdpsweep
