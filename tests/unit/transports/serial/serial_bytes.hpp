// Bytes of a serial console, as it sends them.
#pragma once

#include "core/inflate.hpp"
#include "tests/simfleet/dice.hpp"
#include "tests/simfleet/serial/sac_grid.hpp"
#include "tests/simfleet/serial/ws_frames.hpp"
#include "transports/net/frame_shim.hpp"
#include "transports/serial/arm_console.hpp"
#include "transports/serial/cmd_text.hpp"
#include "transports/serial/coding.hpp"
#include "transports/serial/gateway_words.hpp"
#include "transports/serial/logon.hpp"
#include "transports/serial/outcome.hpp"
#include "transports/serial/reading.hpp"
#include "transports/serial/sac_command.hpp"
#include "transports/serial/screen.hpp"
#include "transports/serial/ws_pipe.hpp"

#include <set>

namespace rdpsweep::serial_test {

// A shim's output for bytes that come in pieces of that size.
inline std::string shimmed(const std::string& bytes, std::size_t piece) {
    net::FrameShim shim;
    auto out = bytes;
    for (std::size_t at = 0; at < out.size(); at += piece)
        shim.pass(out.data() + at, std::min(piece, out.size() - at));
    return out;
}

inline const std::string accepted =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

// As a public transcript of Yandex Cloud has it (the guide to SAC of a Windows VM).
inline const std::string switch_screen =
    "\x1b[2J\x1b[1;1HName:                  Cmd0001\r\n"
    "Description:           Command\r\n"
    "Type:                  VT-UTF8\r\n"
    "Channel GUID:          e203fb79-d80d-11ea-87e3-c2679e14957d\r\n"
    "Application Type GUID: 63d02271-8aa4-11d5-bccf-00b0d014a2d0\r\n\r\n"
    "Press <esc><tab> for next channel.\r\n"
    "Press <esc><tab>0 to return to the SAC channel.\r\n"
    "Use any other key to view this channel.\r\n";

} // namespace rdpsweep::serial_test
