#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/unicode.hpp"
#include "tests/support/catch.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <type_traits>

using namespace rdpsweep;

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);

TEST_CASE("redact: a living secret is blanked in every form", "[secret]") {
    const std::string plain = "hunter2-Passw0rd";
    const Secret secret(plain);
    CHECK(redact("login " + plain + " failed") == "login [redacted] failed");
    const auto bare = redact("x " + base64_encode(plain) + " y");
    CHECK(bare.find(base64_encode(plain).substr(2, 16)) == std::string::npos);
    CHECK(redact("w " + utf8_to_utf16le(plain)).find(utf8_to_utf16le(plain)) == std::string::npos);
    // Inside an Authorization header the secret starts at any of three offsets.
    for (const auto* user : {"a", "ab", "abc", "SIM\\sweeper"}) {
        const auto header = base64_encode(std::string(user) + ":" + plain);
        const auto shown = redact("Authorization: Basic " + header);
        CHECK(shown.find("[redacted]") != std::string::npos);
        CHECK(shown.find(header) == std::string::npos);
    }
}

TEST_CASE("redact: after the secret is gone nothing is blanked", "[secret]") {
    {
        Secret first("transient-secret");
        const Secret second = std::move(first);
        CHECK(redact("transient-secret") == "[redacted]");
    }
    CHECK(redact("transient-secret") == "transient-secret");
}

TEST_CASE("redact: a very short secret does not blank ordinary words", "[secret]") {
    const Secret secret("a");
    CHECK(redact("a cat") == "a cat");
}

TEST_CASE("Error: its texts are redacted where they are made", "[secret]") {
    const Secret secret("s3cr3t-value");
    const auto error = Error(Phase::authenticate, Errc::access_denied, "tried s3cr3t-value")
                           .with_native("token s3cr3t-value")
                           .with_hint("say s3cr3t-value");
    for (const auto text : {error.detail(), error.native(), error.hint()}) {
        CHECK(text.find("s3cr3t") == std::string_view::npos);
    }
}

TEST_CASE("Secret: a process that holds one leaves no core", "[secret]") {
    const Secret secret("anything");
    CHECK(prctl(PR_GET_DUMPABLE) == 0);
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_CORE, &limit) == 0);
    CHECK(limit.rlim_cur == 0);
}

TEST_CASE("cleanse: bytes behind a shortened string's end are zeroed too", "[secret]") {
    std::string text = "0123456789-long-enough-to-be-on-the-heap";
    const char* storage = text.data();
    text.resize(3);
    cleanse(text);
    CHECK(std::string(storage + 4, 8).find('4') == std::string::npos);
}
