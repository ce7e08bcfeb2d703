#include "tests/support/catch.hpp"
#include "transports/net/tls_profile.hpp"

#include <map>

using namespace rdpsweep;
using namespace rdpsweep::net;

namespace {

class MemoryTrust final : public TrustStore {
public:
    std::map<std::string, std::string> pins;

    [[nodiscard]] std::optional<std::string> pinned(std::string_view endpoint) const override {
        const auto at = pins.find(std::string(endpoint));
        return at == pins.end() ? std::nullopt : std::optional(at->second);
    }

    Status pin(std::string_view endpoint, std::string_view sha256) override {
        pins[std::string(endpoint)] = sha256;
        return {};
    }
};

PeerCertificate peer(std::string sha256, std::string problem) {
    return {std::move(sha256), "", "TLSv1.3", std::move(problem), ""};
}

} // namespace

TEST_CASE("decide_certificate: a trusted chain is enough, an untrusted one is not", "[tls]") {
    const TrustPolicy policy;
    CHECK(*decide_certificate(peer("aa", ""), "", "h:1", policy) == TrustBasis::vouched);
    const auto rejected = decide_certificate(peer("aa", "self-signed"), "", "h:1", policy);
    REQUIRE_FALSE(rejected);
    CHECK(rejected.error().code() == Errc::certificate_rejected);
    CHECK_FALSE(rejected.error().retryable());
    CHECK(rejected.error().hint().find("sha256:aa") != std::string_view::npos);
}

TEST_CASE("decide_certificate: a date that is over is told with our clock", "[tls]") {
    constexpr std::int64_t begin = 1'700'000'000, end = 1'800'000'000;
    CHECK(date_problem(begin, end, begin).empty());
    CHECK(date_problem(begin, end, end).empty());
    CHECK(
        date_problem(begin, end, begin - 1) ==
        "is not valid before 2023-11-14T22:13:20Z; our clock says 2023-11-14T22:13:19Z"
    );
    CHECK(
        date_problem(begin, end, end + 1) ==
        "expired on 2027-01-15T08:00:00Z; our clock says 2027-01-15T08:00:01Z"
    );
    auto expired = peer("aa", "self-signed certificate");
    expired.date_problem = date_problem(begin, end, end + 1);
    const auto rejected = decide_certificate(expired, "", "h:1", TrustPolicy());
    REQUIRE_FALSE(rejected);
    CHECK(
        rejected.error().detail() ==
        "the host's certificate expired on 2027-01-15T08:00:00Z; our clock says "
        "2027-01-15T08:00:01Z"
    );
    CHECK(rejected.error().hint().starts_with("renew the certificate of the host's listener"));
    CHECK(*decide_certificate(expired, "aa", "h:1", TrustPolicy()) == TrustBasis::target_pin);
}

TEST_CASE("decide_certificate: a target's pin decides alone", "[tls]") {
    TrustPolicy policy;
    CHECK(
        *decide_certificate(peer("aa", "self-signed"), "aa", "h:1", policy) ==
        TrustBasis::target_pin
    );
    policy.insecure = true;
    // Neither a good chain nor --insecure overrules a pin that does not match.
    CHECK_FALSE(decide_certificate(peer("bb", ""), "aa", "h:1", policy));
}

TEST_CASE("decide_certificate: first use pins, a later change is refused", "[tls]") {
    MemoryTrust store;
    TrustPolicy policy;
    policy.store = &store;
    CHECK_FALSE(decide_certificate(peer("aa", "self-signed"), "", "h:1", policy));
    CHECK(store.pins.empty());
    policy.pin_on_first_use = true;
    CHECK(
        *decide_certificate(peer("aa", "self-signed"), "", "h:1", policy) == TrustBasis::first_use
    );
    CHECK(
        *decide_certificate(peer("aa", "self-signed"), "", "h:1", policy) == TrustBasis::stored_pin
    );
    CHECK_FALSE(decide_certificate(peer("bb", "self-signed"), "", "h:1", policy));
    CHECK_FALSE(decide_certificate(peer("bb", ""), "", "h:1", policy)); // even with a good chain
    CHECK(store.pins.at("h:1") == "aa");
    policy.insecure = true;
    CHECK_FALSE(decide_certificate(peer("bb", ""), "", "h:1", policy)); // what was seen stands
    CHECK(
        *decide_certificate(peer("bb", "self-signed"), "", "h:2", policy) == TrustBasis::insecure
    );
}

TEST_CASE("make_tls_context: a CA file that is none is said so", "[tls]") {
    const auto context = make_tls_context(TlsProfile::strict, "/dev/null");
    REQUIRE_FALSE(context);
    CHECK(context.error().phase() == Phase::config);
    CHECK(make_tls_context(TlsProfile::legacy, ""));
}
