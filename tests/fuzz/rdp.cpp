// What an RDP port answers before anybody has logged on: X.224, the beginning of TLS, a challenge.
#include "core/unicode.hpp"
#include "tests/fuzz/target.hpp"
#include "transports/rdp/credssp.hpp"
#include "transports/rdp/tls_hello.hpp"
#include "transports/rdp/x224.hpp"

#include <cstdlib>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rdpsweep;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto answer = rdp::read_answer(bytes);
    const bool whole = answer.kind == rdp::AnswerKind::confirm;
    if (whole && (answer.length > size || !(answer.selected || answer.failure))) std::abort();
    // The same bytes in two pieces must mean the same.
    rdp::TlsHello once;
    rdp::TlsHello twice;
    once.feed(bytes);
    twice.feed(bytes.substr(0, size / 2));
    twice.feed(bytes.substr(size / 2));
    if (once.version() != twice.version() || once.alert() != twice.alert()) std::abort();
    if (once.received() != size || once.foreign() != twice.foreign()) std::abort();
    const auto challenge = rdp::read_challenge(bytes);
    if (!challenge) return 0;
    for (const auto& text : {challenge->computer, challenge->domain, challenge->dns_computer})
        if (text.size() > 1024 || to_valid_utf8(text) != text) std::abort();
    return 0;
}
