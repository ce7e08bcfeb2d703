// A WS-Management answer and its WWW-Authenticate headers.
#include "transports/winrm/wsman.hpp"

#include "tests/fuzz/target.hpp"
#include "transports/winrm/http_auth.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto reply = rdpsweep::winrm::read_reply(text, "1");
    if (reply && reply->fault) {
        [[maybe_unused]] const auto error =
            rdpsweep::winrm::error_of(*reply->fault, rdpsweep::Phase::open);
    }
    [[maybe_unused]] const auto challenge = rdpsweep::winrm::read_challenge({std::string(text)});
    return 0;
}
