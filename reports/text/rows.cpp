// Holds the headings, numbers and "more" lines that screen.cpp, cause_lines.cpp and host_lines.cpp
// share.
#include "reports/text/rows.hpp"

#include "reports/wording.hpp"

namespace rdpsweep {

namespace {

constexpr std::size_t count_column = 9; // "9,999,999"

} // namespace

Lines headed(const Scene& scene, const char* key) {
    return {Line(), Line(scene.messages.text(key), Tone::strong)};
}

std::string right_aligned(std::size_t count) {
    const auto digits = grouped(count);
    const auto blanks = count_column > digits.size() ? count_column - digits.size() : 0;
    return std::string(blanks, ' ') + digits + "  ";
}

Line more_line(const Scene& scene, const char* key, std::size_t count) {
    const auto text = scene.messages.say({key, {{"count", grouped(count)}}});
    return Line(std::string(count_column + 2, ' ')).add(text, Tone::faint);
}

std::string names(const Scene& scene, const Tally& tally) {
    return some_names(scene.messages, tally.names, tally.count);
}

} // namespace rdpsweep
