// One line of a terminal: spans of text, each with a tone, cut to the terminal's width.
#pragma once

#include "core/finding.hpp"
#include "core/terminal_text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

enum class Tone : std::uint8_t { plain, strong, faint, good, warning, bad };

Tone tone_of(Verdict verdict) noexcept;

class Line {
public:
    Line() = default;

    explicit Line(std::string_view text, Tone tone = Tone::plain) { add(text, tone); }

    // Adds a span, made fit for a terminal. Where text is of strangers it has been cut before.
    Line& add(std::string_view text, Tone tone = Tone::plain);

    // Spaces up to the given column; at least one.
    Line& pad_to(std::size_t column);

    // Keeps the line from being cut, for one that is to be copied.
    Line& whole();

    // Returns the line with a line break; colours only when asked for. Longer than width columns:
    // cut, with an ellipsis.
    [[nodiscard]] TerminalText render(std::size_t width, bool color) const;

private:
    struct Span {
        TerminalText text;
        Tone tone;
    };

    std::vector<Span> spans_;
    bool whole_ = false;
};

} // namespace rdpsweep
