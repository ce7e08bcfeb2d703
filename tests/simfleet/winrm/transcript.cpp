// Cuts output into pieces.
#include "tests/simfleet/winrm/transcript.hpp"

#include "tests/simfleet/windows/powershell.hpp"

#include <array>
#include <string_view>

namespace simfleet {

namespace {

constexpr std::size_t usual_piece = 16384;

// Three and four byte characters, so that small pieces cut them in the middle.
constexpr std::string_view banner =
    "Willkommen, größe Flotte \xe8\xb3\x87\xe6\x96\x99\xe5\xba\xab \xf0\x9f\x9a\x80\r\n";

void cut_evenly(Transcript& out, bool error, std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min(usual_piece, text.size()))) {
        out.pieces.push_back({error, std::string{text.substr(0, usual_piece)}});
    }
}

void cut_small(Transcript& out, std::string_view text) {
    constexpr std::array<std::size_t, 8> sizes{1, 2, 3, 5, 7, 61, 127, 509};
    for (std::size_t turn = 0; !text.empty(); ++turn) {
        const std::size_t size = std::min(sizes[turn % sizes.size()], text.size());
        out.pieces.push_back({false, std::string{text.substr(0, size)}});
        text.remove_prefix(size);
    }
}

} // namespace

Transcript transcribe(Manner manner, const Execution& execution) {
    Transcript out;
    if (manner == Manner::split_output) {
        cut_small(out, std::string{banner} + execution.out);
        cut_evenly(out, true, execution.err);
        // At least three answers for any real output.
        out.pieces_per_answer = out.pieces.size() / 3 + 1;
        return out;
    }
    if (manner == Manner::clixml_noise && execution.powershell) {
        cut_evenly(out, true, clixml_progress());
        cut_evenly(out, false, banner);
    }
    cut_evenly(out, false, execution.out);
    cut_evenly(out, true, execution.err);
    return out;
}

} // namespace simfleet
