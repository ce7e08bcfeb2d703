// What a serial console shows: WebSocket frames, a terminal, screens, coded rows, ARM's refusals.
// The same bytes in two pieces have to mean the same; rows with their check repaired are read, too.
#include "tests/fuzz/target.hpp"
#include "transports/net/frame_shim.hpp"
#include "transports/serial/arm_console.hpp"
#include "transports/serial/coding.hpp"
#include "transports/serial/gateway_words.hpp"
#include "transports/serial/reading.hpp"

#include <cstdio>

using namespace rdpsweep;
using namespace rdpsweep::serial;

namespace {

void check_frames(std::string_view text) {
    const std::string head = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    for (const auto& stream : {std::string(text), head + std::string(text)}) {
        auto once = stream, twice = stream;
        net::FrameShim whole;
        whole.pass(once.data(), once.size());
        net::FrameShim pieces;
        const auto half = twice.size() / 2;
        pieces.pass(twice.data(), half);
        pieces.pass(twice.data() + half, twice.size() - half);
        must(once == twice, "frames cut anywhere are the same frames");
        for (std::size_t at = 0; at < once.size(); ++at)
            must(((once[at] ^ stream[at]) & ~3) == 0, "only an opcode is touched");
    }
}

std::string without_gateway(std::string_view text, std::size_t cut) {
    GatewayWords words;
    auto out = words.pass(text.substr(0, cut));
    return out + words.pass(text.substr(cut));
}

void check_screen(std::string_view text) {
    const auto half = text.size() / 2;
    Screen once;
    once.feed(text);
    Screen twice;
    twice.feed(text.substr(0, half));
    twice.feed(text.substr(half));
    must(once.dump() == twice.dump(), "bytes cut anywhere paint the same");
    must(once.cursor_row() == twice.cursor_row(), "and leave the cursor there");
    must(once.cursor_row() >= 0 && once.cursor_row() < screen_rows, "which is on the screen");
    must(at_sac_prompt(once) <= typing_to_sac(once), "at SAC's prompt SAC gets what is typed");
    at_shell_prompt(once);
    typed_at_shell(once);
    read_switch_screen(once);
    at_label(once);
    read_build(once);
    for (int row = 0; row < screen_rows; ++row) {
        const auto line = once.row(row);
        must(!line.ends_with(' '), "rows have no blanks at their end");
        read_channel(line);
        const auto status = read_status(line);
        must(status.empty() || line.find(status) != std::string::npos, "a status is in its row");
    }
}

// Fletcher-16 by its definition: a second opinion on the check at a row's end.
std::string page_row(std::string_view body) {
    unsigned low = 0, high = 0;
    for (const char c : body) {
        low = (low + static_cast<unsigned char>(c)) % 255;
        high = (high + low) % 255;
    }
    char digits[8];
    std::snprintf(digits, sizeof digits, "%02x%02x", high, low);
    return "~" + std::string(body) + digits + "~";
}

void check_rows(std::string_view text) {
    for (const auto& line :
         {std::string(text),
          page_row(text.substr(0, 60)),
          page_row("B=" + std::string(text.substr(0, 25)))}) {
        const auto row = read_page_row(line);
        if (!row) continue;
        must(row->page >= 'A' && row->page <= 'Z' && row->row >= -1 && row->row <= 19, "bounds");
        must(line.find(row->text) != std::string::npos, "a row's text is in it");
        if (const auto end = read_page_end(*row))
            must(row->row == -1 && end->rows >= 0 && end->rows <= 20, "the last row counts");
    }
    const auto typed = text.substr(0, 400);
    for (const auto& line : transfer_lines(typed, 0))
        must(no_equal_neighbours(line), "what is typed has no equal neighbours");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_frames(text);
    must(
        without_gateway(text, size) == without_gateway(text, size / 2),
        "the gateway's words cut anywhere"
    );
    check_screen(without_gateway(text, size));
    check_rows(text);
    if (!read_gateway(text, {"serialconsole.azure.com"})) {
        azure::RestAnswer answer;
        answer.status = 400;
        answer.body = text;
        connect_refused(answer, false);
    }
    return 0;
}
