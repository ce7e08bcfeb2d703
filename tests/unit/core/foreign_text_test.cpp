// Words of others are redacted before they are cut and escaped.
#include "core/foreign_text.hpp"
#include "core/secret.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("foreign_text: what is no secret is shown as printable() shows it", "[secret]") {
    const Secret secret("hunter2-Passw0rd");
    CHECK(foreign_text("a\x1B[31m b") == "a\\x1B[31m b");
    CHECK(foreign_text("0123456789", 4) == "0123...");
    CHECK(foreign_text("0123", 4) == "0123");
    CHECK(foreign_text(std::string(5000, 'x'), 10) == "xxxxxxxxxx...");
}

TEST_CASE("foreign_text: a secret that would be cut is redacted first", "[secret]") {
    const Secret secret("hunter2-Passw0rd");
    const std::string said = "they said hunter2-Passw0rd and more";
    for (std::size_t most = 0; most <= said.size(); ++most) {
        const auto shown = foreign_text(said, most);
        CAPTURE(shown);
        CHECK(shown.find("hun") == std::string::npos);
    }
    CHECK(foreign_text(said, 14) == "they said [red...");
    CHECK(foreign_text(said) == "they said [redacted] and more");
}

TEST_CASE("foreign_end: a secret that begins before the end is redacted first", "[secret]") {
    const Secret secret("hunter2-Passw0rd");
    CHECK(foreign_end("they said hunter2-Passw0rd ok\r\n", 8) == "ed] ok");
    CHECK(foreign_end("  short ", 40) == "short");
    CHECK(foreign_end("", 40) == "");
}

TEST_CASE("foreign_text: a secret in UTF-16 is redacted before its NULs are escaped", "[secret]") {
    const Secret secret("hunter2-Passw0rd");
    std::string wide;
    for (const char c : std::string("hunter2-Passw0rd"))
        wide += std::string(1, c) + '\0';
    CHECK(foreign_text("a " + wide) == "a [redacted]\\x00");
}

TEST_CASE("foreign_text: a long secret across the end of what is looked at", "[secret]") {
    const Secret secret(std::string("0123456789abcdefghij") + std::string(3000, 'k'));
    const auto said = "x " + std::string(secret.reveal()) + " y";
    CHECK(foreign_text(said, 40) == "x [redacted]...");
}
