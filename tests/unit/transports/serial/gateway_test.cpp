// The console's gateway: its words, its address, its refusals and closes.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/serial/serial_bytes.hpp"

using namespace rdpsweep;
using namespace rdpsweep::serial;
using namespace rdpsweep::serial_test;

TEST_CASE("gateway words: a silent port stays silent", "[serial]") {
    const std::string words = "Connecting...\r\n+----+\r\n| Connected |\r\n+----+\r\n";
    for (std::size_t piece = 1; piece < 20; ++piece) {
        GatewayWords gateway;
        std::string left;
        for (const auto& bytes : {words + "\r\nSAC>", std::string("| of the VM's")}) {
            for (std::size_t at = 0; at < bytes.size(); at += piece)
                left += gateway.pass(std::string_view(bytes).substr(at, piece));
        }
        CHECK(left.substr(left.find_first_not_of("\r\n")) == "SAC>| of the VM's");
    }
    GatewayWords quiet;
    CHECK(quiet.pass(words).empty());
}

TEST_CASE("gateway: our token goes to Azure's hosts alone", "[serial]") {
    const std::vector<std::string> suffixes{"serialconsole.azure.com"};
    const auto good = read_gateway(
        "wss://eastus.gateway.serialconsole.azure.com/n/connector/c/sessions/1/client", suffixes
    );
    REQUIRE(good);
    CHECK(good->host == "eastus.gateway.serialconsole.azure.com");
    CHECK(good->port == 443);
    CHECK(good->path == "/n/connector/c/sessions/1/client");
    for (const auto* address :
         {"ws://eastus.gateway.serialconsole.azure.com/x",
          "https://a.serialconsole.azure.com/x",
          "wss://evil.example/x",
          "wss://serialconsole.azure.com.evil.example/x",
          "wss://evilserialconsole.azure.com/x",
          "wss://a.serialconsole.azure.com@evil.example/x",
          "wss://evil.example#.serialconsole.azure.com/x",
          "wss://evil.example\\.serialconsole.azure.com/x",
          "wss://a.serialconsole.azure.com:0/x",
          "wss://a.serialconsole.azure.com:99999/x",
          "wss://",
          ""}) {
        CAPTURE(address);
        CHECK_FALSE(read_gateway(address, suffixes));
    }
    CHECK_FALSE(read_gateway("wss://a.serialconsole.azure.com/x", {}));
}

TEST_CASE("connect: what a refusal means, by status, code and only then words", "[serial]") {
    const auto outcome = [](unsigned status, const std::string& body, bool custom = false) {
        azure::RestAnswer answer;
        answer.status = status;
        answer.body = body;
        const auto native = std::string(connect_refused(answer, custom).native());
        return native.substr(0, native.find(','));
    };
    CHECK(
        outcome(
            403,
            R"({"error":{"code":"AuthorizationFailed","message":"boot diagnostics storage account"}})"
        ) == "rbac_denied"
    );
    CHECK(
        outcome(403, R"({"error":{"code":"X","message":"a storage account's firewall"}})") ==
        "storage_firewall"
    );
    CHECK(outcome(403, "", true) == "storage_firewall");
    CHECK(outcome(403, "") == "rbac_denied");
    CHECK(
        outcome(400, R"({"code":"BadRequest","message":"Boot Diagnostics must be enabled"})") ==
        "bootdiag_disabled"
    );
    CHECK(
        outcome(400, R"({"code":"BadRequest","message":"the storage account is gone"})") ==
        "storage_bad"
    );
    CHECK(
        outcome(409, R"({"error":{"message":"requires a virtual machine to be running"}})") ==
        "vm_not_running"
    );
    CHECK(outcome(504, "<html>") == "service_timeout");
}

TEST_CASE("closes: distrust, preemption, a service that is not there", "[serial]") {
    CHECK(meaning_of_close(1011, "Connection not trusted", false) == ConsoleOutcome::auth_rejected);
    CHECK(meaning_of_close(1008, "", false) == ConsoleOutcome::auth_rejected);
    CHECK(meaning_of_close(4002, "", false) == ConsoleOutcome::service_timeout);
    CHECK(meaning_of_close(1006, "", true) == ConsoleOutcome::session_preempted);
    CHECK(meaning_of_close(1000, "", true) == ConsoleOutcome::session_preempted);
}

TEST_CASE("outcomes: each has a name, a hint and an error", "[serial]") {
    std::set<std::string> names;
    for (const auto outcome : all_console_outcomes()) {
        names.insert(std::string(to_string(outcome)));
        if (outcome == ConsoleOutcome::ok) continue;
        CHECK_FALSE(hint_of(outcome).empty());
        const auto error = console_error(outcome, {}, "HTTP 403");
        CHECK(error.native() == std::string(to_string(outcome)) + ", HTTP 403");
        CHECK_FALSE(error.detail().empty());
    }
    CHECK(names.size() == all_console_outcomes().size());
    // A refused logon is never tried again.
    CHECK_FALSE(console_error(ConsoleOutcome::auth_failed).retryable());
    CHECK_FALSE(console_error(ConsoleOutcome::session_preempted).retryable());
}
