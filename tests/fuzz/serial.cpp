// What a serial console shows: WebSocket frames, a terminal, screens, coded rows, ARM's refusals.
#include "tests/fuzz/target.hpp"
#include "transports/net/frame_shim.hpp"
#include "transports/serial/arm_console.hpp"
#include "transports/serial/coding.hpp"
#include "transports/serial/gateway_words.hpp"
#include "transports/serial/reading.hpp"

using namespace rdpsweep;
using namespace rdpsweep::serial;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string copy(text);
    net::FrameShim shim;
    shim.pass(copy.data(), copy.size());
    GatewayWords words;
    Screen screen;
    screen.feed(words.pass(text));
    at_sac_prompt(screen);
    at_shell_prompt(screen);
    typed_at_shell(screen);
    read_switch_screen(screen);
    at_label(screen);
    read_build(screen);
    for (int row = 0; row < screen_rows; ++row) {
        const auto line = screen.row(row);
        read_channel(line);
        read_status(line);
        if (const auto page = read_page_row(line)) read_page_end(*page);
    }
    read_page_row(text);
    if (!read_gateway(text, {"serialconsole.azure.com"})) {
        azure::RestAnswer answer;
        answer.status = 400;
        answer.body = copy;
        connect_refused(answer, false);
    }
    return 0;
}
