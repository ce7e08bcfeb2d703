// Takes one connection through its stages and notes where it ended.
#include "transports/rdp/handshake.hpp"

#include "core/encoding.hpp"
#include "transports/rdp/credssp.hpp"
#include "transports/rdp/tls_session.hpp"
#include "transports/rdp/x224.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace rdpsweep::rdp {
namespace {

constexpr std::size_t shown_bytes = 16;

std::string failure_word(StreamEnd end) {
    switch (end) {
    case StreamEnd::closed:
        return "closed";
    case StreamEnd::timed_out:
        return "timeout";
    case StreamEnd::reset:
        return "reset";
    case StreamEnd::none:
        break;
    }
    return {};
}

// Sends the request and reads the server's first packet. facts says what went wrong, if anything.
Task<bool> exchange_x224(ByteStream& stream, std::uint32_t protocols, HandshakeFacts& facts) {
    facts.stage = "x224";
    auto request = connection_request(protocols);
    facts.bytes_sent += request.size();
    auto end = co_await stream.write(std::move(request));
    std::string bytes;
    Answer answer;
    // A byte at a time would do: no more than the packet may be taken, what follows is TLS.
    while (end == StreamEnd::none && answer.kind == AnswerKind::more) {
        std::array<char, 64> buffer;
        const std::size_t wanted = answer.length > bytes.size() ? answer.length - bytes.size() : 4;
        const auto received = co_await stream.read(buffer.data(), std::min(wanted, buffer.size()));
        end = received.end;
        bytes.append(buffer.data(), received.count);
        facts.bytes_received += received.count;
        answer = read_answer(bytes);
    }
    facts.selected_protocol = answer.selected;
    facts.failure_code = answer.failure;
    if (answer.kind == AnswerKind::confirm) co_return !answer.failure;
    facts.first_bytes = hex_encode(std::string_view(bytes).substr(0, shown_bytes));
    facts.failure = answer.kind == AnswerKind::not_rdp      ? "not_rdp"
                    : answer.kind == AnswerKind::disconnect ? "closed"
                                                            : failure_word(end);
    co_return false;
}

void note_tls(HandshakeFacts& facts, const TlsSession& tls, const TlsOutcome& outcome) {
    facts.bytes_sent += tls.sent();
    facts.bytes_received += tls.received();
    facts.certificate_der = tls.certificate();
    if (!facts.certificate_der.empty()) facts.peer_thumbprint = tls.thumbprint();
    facts.chain = tls.issuers();
    if (outcome.done) {
        facts.stage = "done";
        facts.tls_version = tls.version();
        facts.cipher_suite = tls.suite();
        return;
    }
    // A version that the server insists on is a free answer, also of a handshake that failed.
    facts.tls_version = tls.hello().version();
    if (const auto alert = tls.hello().alert()) facts.alert = *alert;
    facts.first_bytes = hex_encode(tls.hello().first());
    facts.failure = outcome.foreign                  ? "not_tls"
                    : outcome.end != StreamEnd::none ? failure_word(outcome.end)
                    : facts.alert                    ? "closed"
                                                     : "tls_error";
}

// Notes how long each step took.
class Stopwatch {
public:
    explicit Stopwatch(std::map<std::string, std::uint32_t>& steps) : steps_(steps) {}

    void ended(const char* step) {
        const auto now = Clock::now();
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_);
        steps_[step] = static_cast<std::uint32_t>(took.count());
        begun_ = now;
    }

private:
    std::map<std::string, std::uint32_t>& steps_;
    Clock::time_point begun_ = Clock::now();
};

// Tells whether the server chose one protocol, of those that were asked for, or its own security.
bool was_asked_for(std::uint32_t selected, std::uint32_t asked) {
    return selected == protocol_rdp ||
           ((selected & asked) == selected && std::has_single_bit(selected));
}

// Tells whether it is a TSRequest with an errorCode in place of a token, as a server that refuses
// NTLM may send it: SEQUENCE, [0] version, [4] errorCode (MS-CSSP 2.2.1).
bool refuses_logon(std::string_view answer) {
    constexpr std::string_view version{"\xa0\x03\x02\x01", 4};
    constexpr char error_code = '\xa4';
    const auto at = answer.substr(0, 8).find(version);
    return answer.starts_with('\x30') && at != std::string_view::npos && answer.size() > at + 5 &&
           answer[at + 5] == error_code;
}

// Returns how the first leg of CredSSP failed; empty when a challenge was read.
std::string nla_failure(const HandshakeFacts& facts, const TlsAnswer& answer) {
    if (facts.nla) return {};
    if (refuses_logon(answer.text)) return "refused";
    if (!answer.text.empty()) return "garbage";
    return answer.end == StreamEnd::none ? "closed" : failure_word(answer.end);
}

bool has_challenge(const std::string& answer) {
    return read_challenge(answer).has_value();
}

} // namespace

Task<HandshakeFacts> shake_hands(ByteStream& stream, Offer offer) {
    HandshakeFacts facts;
    Stopwatch watch(facts.steps_ms);
    const bool agreed = co_await exchange_x224(stream, offer.protocols, facts);
    watch.ended("x224");
    if (!agreed) co_return facts;
    const auto selected = facts.selected_protocol.value_or(protocol_rdp);
    if (!was_asked_for(selected, offer.protocols)) {
        facts.failure = "not_asked";
        co_return facts;
    }
    // RDP's own security: there is no TLS to speak.
    if (selected == protocol_rdp || offer.tls == nullptr) {
        facts.stage = "done";
        co_return facts;
    }
    facts.stage = "tls";
    TlsSession tls(offer.tls, stream);
    const auto outcome = co_await tls.handshake();
    watch.ended("tls");
    const bool with_nla = selected == protocol_hybrid || selected == protocol_hybrid_ex;
    if (outcome.done && with_nla && offer.ask_challenge) {
        const auto answer = co_await tls.ask(challenge_request(), longest_challenge, has_challenge);
        facts.nla = read_challenge(answer.text);
        facts.nla_failure = nla_failure(facts, answer);
        watch.ended("nla");
    }
    note_tls(facts, tls, outcome);
    co_return facts;
}

} // namespace rdpsweep::rdp
