#include "core/error.hpp"
#include "core/secret.hpp"
#include "tests/support/catch.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <type_traits>

using namespace rdpsweep;

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);

TEST_CASE("redact: while a secret lives it is blanked, wherever it has moved", "[secret]") {
    {
        Secret first("transient-secret");
        CHECK(redact("a transient-secret b") == "a [redacted] b");
        const Secret second = std::move(first);
        CHECK(redact("transient-secret") == "[redacted]");
        Secret third("third-of-secrets");
        CHECK(redact("transient-secret, third-of-secrets") == "[redacted], [redacted]");
        third = Secret("another-one-now");
        CHECK(redact("third-of-secrets, another-one-now") == "third-of-secrets, [redacted]");
    }
    CHECK(redact("transient-secret") == "transient-secret");
}

TEST_CASE("Error: our own sentences are never redacted", "[secret]") {
    const Secret wrong("wrong");
    const Secret user("user");
    const Secret the("the");
    const Secret sentence("the host refused the credential");
    const auto error =
        Error(Phase::authenticate, Errc::access_denied, "the host refused the credential")
            .with_native("HTTP 401, the user")
            .with_hint("wrong user or password");
    CHECK(error.detail() == "the host refused the credential");
    CHECK(error.native() == "HTTP 401, the user");
    CHECK(error.hint() == "wrong user or password");
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
