// The connection over HTTP against a scripted host: nothing goes out in clear, nothing in clear or
// changed is believed, and a proof of ours is sent once.
#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/transports/winrm/scripted_host.hpp"
#include "transports/winrm/connection.hpp"

#include <optional>

using namespace rdpsweep;
using rdpsweep::test::run_task;
using rdpsweep::test::ScriptedHost;
using simfleet::HttpRequest;
using simfleet::HttpResponse;

namespace {

using Answer = ScriptedHost::Answer;

// What the tests talk with: one connection to the host, posting envelopes.
struct Caller {
    Credential credential{"c", ScriptedHost::user, Password{Secret(ScriptedHost::password)}};
    WinRmOptions options;
    Attempt attempt;
    bool usable_after = false;

    Caller() { options.scheme = WinRmScheme::http; }

    // Posts that many envelopes; the body of the last answer, or the first error.
    Result<std::string> post(ScriptedHost& host, int envelopes = 1) {
        return run_task([&](HostDeadline& deadline) { return post_all(host, envelopes, deadline); }
        );
    }

private:
    Task<Result<std::string>> post_all(ScriptedHost& host, int envelopes, HostDeadline& deadline) {
        host.start(deadline);
        Resolver resolver;
        Pacer pacer(1000, 1000);
        Services base{resolver, pacer, TrustPolicy()};
        base.step_timeout = std::chrono::seconds(5);
        winrm::GssEngine gss;
        auto contexts = winrm::TlsContexts::load("");
        REQUIRE(contexts);
        winrm::WinRmServices services{base, *contexts, gss};
        Target target;
        target.address = "127.0.0.1";
        target.winrm = options;
        target.winrm.port = host.port();
        winrm::Connection connection(target, credential, services, attempt);
        auto connected = co_await connection.connect(deadline);
        if (!connected) co_return std::move(connected).error();
        std::string last;
        for (int i = 0; i < envelopes; ++i) {
            std::string envelope = "<Envelope>question " + std::to_string(i) + "</Envelope>";
            auto answer =
                co_await connection.post(std::move(envelope), deadline, base.step_timeout);
            usable_after = connection.usable();
            if (!answer) co_return std::move(answer).error();
            last = std::move(answer->body);
        }
        co_return last;
    }
};

constexpr std::size_t negotiate_leg = 0;
constexpr std::size_t authenticate_leg = 1;
constexpr std::size_t first_envelope = 2;
constexpr std::size_t second_envelope = 3;

HttpResponse in_clear(unsigned status) {
    HttpResponse response;
    response.status = status;
    response.content_type = "application/soap+xml;charset=UTF-8";
    response.body = "<Envelope>forged</Envelope>";
    return response;
}

bool mentions(const Error& error, std::string_view words) {
    return error.detail().find(words) != std::string_view::npos;
}

} // namespace

TEST_CASE(
    "connection: over HTTP every envelope and every answer is encrypted", "[winrm][sealing]"
) {
    ScriptedHost host;
    host.last_answer = "<Envelope>the answer</Envelope>";
    Caller caller;
    const auto answer = caller.post(host, 3);
    REQUIRE(answer);
    CHECK(*answer == "<Envelope>the answer</Envelope>");
    REQUIRE(host.envelopes.size() == 3);
    CHECK(host.envelopes[2] == "<Envelope>question 2</Envelope>");
    CHECK(host.received.find("Envelope>") == std::string::npos);
    CHECK(host.received.find("question") == std::string::npos);
    CHECK(host.proofs == 1);
    CHECK(host.requests == 5);
    CHECK(caller.attempt.transport == "winrm-http");
    REQUIRE(caller.attempt.notes.size() == 1);
    CHECK(caller.attempt.notes.front().key == "note.http_sealed");
    CHECK(caller.attempt.bytes_sent == host.received.size());
}

TEST_CASE("connection: an answer in clear is never believed", "[winrm][sealing]") {
    for (const unsigned status : {200u, 500u, 404u}) {
        for (const auto when : {first_envelope, second_envelope}) {
            INFO("status " << status << ", request " << when);
            ScriptedHost host;
            host.script = [&](std::size_t n, const HttpRequest&, Answer polite) -> Answer {
                return n == when ? Answer(in_clear(status)) : std::move(polite);
            };
            Caller caller;
            const auto answer = caller.post(host, 2);
            REQUIRE_FALSE(answer);
            CHECK(mentions(answer.error(), "without encryption"));
            CHECK_FALSE(answer.error().retryable());
            CHECK_FALSE(caller.usable_after);
        }
    }
}

TEST_CASE("connection: a changed or replayed answer ends the connection", "[winrm][sealing]") {
    std::optional<HttpResponse> first;
    const auto play = [&](const std::function<void(HttpResponse&)>& change) {
        ScriptedHost host;
        host.script = [&](std::size_t n, const HttpRequest&, Answer polite) -> Answer {
            if (n == first_envelope) first = polite;
            if (n == second_envelope) change(*polite);
            return polite;
        };
        Caller caller;
        auto answer = caller.post(host, 2);
        CHECK_FALSE((answer.has_value() || caller.usable_after));
        return answer.has_value() ? Errc::bug : answer.error().code();
    };
    const auto end = std::string("--Encrypted Boundary--\r\n").size();
    CHECK(play([&](HttpResponse& r) {
              r.body[r.body.size() - end - 1] ^= 1;
          }) == Errc::protocol_violation);
    CHECK(play([&](HttpResponse& r) { r = *first; }) == Errc::protocol_violation); // replay
    CHECK(play([](HttpResponse& r) {
              r.body.resize(r.body.size() / 2);
          }) == Errc::protocol_violation);
    CHECK(play([](HttpResponse& r) { r.content_type = "text/html"; }) == Errc::protocol_violation);
}

TEST_CASE(
    "connection: every request may be the last one, and none is repeated", "[winrm][sealing]"
) {
    for (std::size_t lost = negotiate_leg; lost <= second_envelope; ++lost) {
        INFO("request " << lost);
        ScriptedHost host;
        host.script = [&](std::size_t n, const HttpRequest&, Answer polite) -> Answer {
            return n == lost ? std::nullopt : std::move(polite);
        };
        Caller caller;
        const auto answer = caller.post(host, 2);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code() == Errc::peer_closed);
        CHECK(host.connections == 1);
        CHECK(host.requests == lost + 1);
        // A second logon may lock the account: only what came before our proof, or after the host
        // let us in, may simply be tried again.
        const bool risky = lost == authenticate_leg || lost == first_envelope;
        CHECK(answer.error().retryable() == !risky);
        CHECK(host.proofs == (lost >= authenticate_leg ? 1u : 0u));
    }
}

TEST_CASE("connection: a wrong password is shown once", "[winrm]") {
    ScriptedHost host;
    Caller caller;
    caller.credential.proof = Password{Secret("wrong horse")};
    const auto answer = caller.post(host);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code() == Errc::access_denied);
    CHECK(host.proofs == 1);
    CHECK(host.envelopes.empty());
}

TEST_CASE("connection: a host that closes in mid-logon has not refused a credential", "[winrm]") {
    for (const auto leg : {negotiate_leg, authenticate_leg}) {
        INFO("leg " << leg);
        ScriptedHost host;
        host.script = [&](std::size_t n, const HttpRequest&, Answer polite) -> Answer {
            if (n == leg) polite->close = true;
            return polite;
        };
        Caller caller;
        const auto answer = caller.post(host);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code() == Errc::protocol_violation);
        CHECK(mentions(answer.error(), "in the middle of the logon"));
        CHECK(host.envelopes.empty());
    }
}

TEST_CASE("connection: a host that lets us in unasked gets no envelope", "[winrm]") {
    ScriptedHost host;
    host.script = [](std::size_t, const HttpRequest&, Answer) -> Answer { return HttpResponse(); };
    Caller caller;
    const auto answer = caller.post(host);
    REQUIRE_FALSE(answer);
    CHECK(mentions(answer.error(), "without asking"));
    CHECK(host.requests == 1);
}

TEST_CASE("connection: of a refusal's words nothing is kept but known methods", "[winrm]") {
    for (const unsigned status : {401u, 403u}) {
        ScriptedHost host;
        host.script = [status](std::size_t, const HttpRequest&, Answer) -> Answer {
            HttpResponse response;
            response.status = status;
            response.headers.emplace_back("WWW-Authenticate", "basic realm=\"Pr0of\"");
            response.headers.emplace_back("WWW-Authenticate", "X-Pr0of");
            response.body = "<s:Envelope>Pr0of</s:Envelope>";
            return response;
        };
        Caller caller;
        const auto answer = caller.post(host);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code() == Errc::access_denied);
        CHECK(answer.error().native() == "HTTP " + std::to_string(status));
        if (status == 401) {
            CHECK(mentions(answer.error(), "it offers Basic, methods that we do not know"));
        }
        CHECK_FALSE(mentions(answer.error(), "Pr0of"));
    }
}

TEST_CASE("connection: who offers Basic only over HTTP gets no password", "[winrm]") {
    ScriptedHost host;
    host.script = [](std::size_t, const HttpRequest&, Answer) -> Answer {
        HttpResponse response;
        response.status = 401;
        response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"WSMAN\"");
        return response;
    };
    Caller caller;
    const auto answer = caller.post(host);
    REQUIRE_FALSE(answer);
    CHECK(mentions(answer.error(), "it offers Basic"));
    CHECK(host.requests == 1);
    CHECK(host.received.find("Basic") == std::string::npos);
}

TEST_CASE("connection: Basic over HTTP is refused before the first packet", "[winrm]") {
    ScriptedHost host;
    Caller caller;
    caller.options.auth = WinRmAuth::basic;
    const auto answer = caller.post(host);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().phase() == Phase::config);
    CHECK(host.connections == 0);
}

TEST_CASE("connection: a challenge without encryption is no way in", "[winrm][sealing]") {
    constexpr std::size_t flags = 20;                    // MS-NLMP 2.2.1.2
    constexpr unsigned char sign_and_seal = 0x10 | 0x20; // MS-NLMP 2.2.2.5
    ScriptedHost host;
    host.script = [](std::size_t n, const HttpRequest&, Answer polite) -> Answer {
        if (n != negotiate_leg) return HttpResponse(); // as a man in the middle would
        auto& header = polite->headers.front().second;
        auto token = *base64_decode(header.substr(header.find(' ') + 1));
        token[flags] = static_cast<char>(token[flags] & ~sign_and_seal);
        header = "Negotiate " + base64_encode(token);
        return polite;
    };
    Caller caller;
    const auto answer = caller.post(host);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().phase() == Phase::authenticate);
    CHECK(host.received.find("Envelope>") == std::string::npos);
}
