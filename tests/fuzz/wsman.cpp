// A WS-Management answer and its WWW-Authenticate headers.
#include "transports/winrm/wsman.hpp"

#include "core/encoding.hpp"
#include "tests/fuzz/target.hpp"
#include "transports/winrm/http_auth.hpp"

using namespace rdpsweep;

namespace {

void check_challenge(const std::string& text) {
    const auto challenge = winrm::read_challenge({text});
    for (const auto& scheme : challenge.schemes) {
        must(!scheme.empty() && text.find(scheme) != std::string::npos, "schemes as written");
        must(challenge.offers(scheme), "what is listed is offered");
    }
    if (!challenge.token) return;
    must(challenge.offers("Negotiate") || challenge.offers("Kerberos"), "a token has its scheme");
    const auto again = winrm::read_challenge({"Negotiate " + base64_encode(*challenge.token)});
    must(again.token == challenge.token, "read, write, read");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto reply = winrm::read_reply(text, "1");
    if (reply) {
        must(reply->out.size() + reply->err.size() <= size, "no more output than there was text");
        must(!reply->exit_code || !reply->fault, "a fault has no exit status");
        // An answer to this message is none to another; only a fault may relate to none.
        const auto other = winrm::read_reply(text, "2");
        must(!other || other->fault, "an answer belongs to one message");
    }
    if (reply && reply->fault) {
        const auto error = winrm::error_of(*reply->fault, Phase::open);
        must(error.phase() == Phase::open, "a fault is of the phase it came in");
        must(error.code() != Errc::bug, "and is not our fault");
    }
    check_challenge(std::string(text));
    return 0;
}
