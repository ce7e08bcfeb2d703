#include "tests/support/catch.hpp"
#include "transports/winrm/http_status.hpp"

using namespace rdpsweep;
using rdpsweep::winrm::unexpected_status;

namespace {

net::HttpResponse answer(unsigned status, std::string body = "", std::string location = "") {
    net::HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    if (!location.empty()) response.headers.emplace_back("location", std::move(location));
    return response;
}

bool mentions(std::string_view text, std::string_view words) {
    return text.find(words) != std::string_view::npos;
}

} // namespace

TEST_CASE("http status: a web page, nothing, a proxy, a range", "[winrm]") {
    CHECK(
        unexpected_status(answer(200, "<html>"), false).detail() ==
        "what answers is a web server, not WinRM"
    );
    CHECK(unexpected_status(answer(204), false).detail() == "the host answers with nothing");
    CHECK(
        unexpected_status(answer(407), false).detail() ==
        "a proxy in between asks for a login of its own"
    );
    CHECK(
        unexpected_status(answer(416), false).detail() ==
        "the host speaks of a range of bytes, which WinRM knows nothing of"
    );
    CHECK(unexpected_status(answer(418), false).detail() == "unexpected HTTP status");
    CHECK(unexpected_status(answer(418), false).native() == "HTTP 418");
}

TEST_CASE("http status: a redirect is told, printable, and not followed", "[winrm]") {
    for (const unsigned status : {301u, 302u, 303u, 307u, 308u}) {
        const auto error =
            unexpected_status(answer(status, "", "https://portal.example/\x1b[2J"), false);
        CHECK(error.code() == Errc::protocol_violation);
        CHECK(mentions(error.detail(), "the host sends us elsewhere: https://portal.example/"));
        CHECK_FALSE(mentions(error.detail(), "\x1b"));
        CHECK(error.native() == "HTTP " + std::to_string(status));
    }
    CHECK(mentions(unexpected_status(answer(302), false).detail(), "elsewhere: nowhere"));
}

TEST_CASE("http status: 400 is a long ticket, a message in clear, or a wrong name", "[winrm]") {
    const auto page = [](const std::string& title) {
        return answer(400, "<HTML><BODY><h2>Bad Request - " + title + "</h2></BODY></HTML>");
    };
    for (const bool sealing : {false, true}) {
        const auto error = unexpected_status(page("Request Too Long"), sealing);
        CHECK(error.phase() == Phase::authenticate);
        CHECK(error.code() == Errc::output_limit);
        CHECK(mentions(error.hint(), "a Kerberos ticket of an account in many groups"));
    }
    CHECK(mentions(unexpected_status(page("Invalid Hostname"), true).hint(), "decrypt"));
    CHECK_FALSE(mentions(unexpected_status(page("Invalid Hostname"), false).hint(), "decrypt"));
}
