// The last second on either side of every limit of time that a rule has.
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

constexpr std::int64_t an_hour = 3600;

// What a rule says: verdict, sentence and severity.
std::string answer(std::string_view rule, const Facts& facts) {
    const auto finding = find(rule, facts);
    const auto key = finding.summary.key.substr(rule.size() + 1);
    return std::string(to_string(finding.verdict)) + " " + key + " " +
           std::string(to_string(finding.severity));
}

struct Limit {
    std::int64_t seconds;
    const char* answer;
};

} // namespace

TEST_CASE("thresholds: clocks are apart by more than five minutes", "[rule]") {
    for (const std::int64_t apart : {-301, -300, -1, 0, 1, 300, 301}) {
        INFO(apart);
        auto facts = healthy_facts();
        facts.received_at = fixed_now + apart;
        const auto clocks = clocks_of(facts, {}, fixed_now + 77);
        CHECK(clocks.vm == fixed_now);
        CHECK(clocks.ours == fixed_now + apart);
        CHECK(clocks.skewed == (apart == -301 || apart == 301));
    }
    Facts bare;
    CHECK(clocks_of(bare, {}, 77).ours == 77);
    CHECK(clocks_of(bare, {}, 77).vm == 77);
}

TEST_CASE("thresholds: the log reaches back to the beginning of the window", "[rule]") {
    auto facts = healthy_facts();
    auto& events = *facts.events.value;
    events.window_hours = 24;
    for (const std::int64_t late : {-1, 0, 1}) {
        INFO(late);
        events.oldest_record = fixed_now - 24 * an_hour + late;
        CHECK(log_covers_window(facts, fixed_now + a_day) == (late <= 0));
    }
    // Without the VM's clock ours is taken.
    facts.collector.value->utc = 0;
    events.oldest_record = fixed_now - 24 * an_hour + 10;
    CHECK(log_covers_window(facts, fixed_now + 10));
    CHECK_FALSE(log_covers_window(facts, fixed_now + 9));
    events.oldest_record.reset();
    CHECK_FALSE(log_covers_window(facts, fixed_now + a_day));
}

TEST_CASE("thresholds: five seconds after a connection an event may be RDP's", "[rule]") {
    const std::pair<const char*, std::uint32_t> connections[] = {
        {"RdpCoreTS", 131}, {"TermService", 261}};
    for (const auto& [provider, id] : connections) {
        for (const std::int64_t delay : {-1, 0, 5, 6}) {
            INFO(provider << " " << delay);
            auto facts = healthy_facts();
            add_event(facts, provider, id, 1000);
            const auto event = add_event(facts, "Schannel", 36870, 1000 - delay);
            const bool near = delay == 0 || delay == 5;
            CHECK(origin_of(facts, event) == (near ? Origin::near : Origin::unknown));
        }
    }
    auto facts = healthy_facts();
    add_event(facts, "RdpCoreTS", 132, 1000);
    add_event(facts, "TermService", 131, 1000);
    const auto event = add_event(facts, "Schannel", 36870, 1000);
    CHECK(origin_of(facts, event) == Origin::unknown);
}

TEST_CASE("thresholds: an event is of our handshake while the collector ran, and 5 s", "[rule]") {
    const std::pair<std::uint32_t, std::int64_t> runs[] = {{0, 5}, {1, 6}, {1000, 6}, {1001, 7}};
    for (const auto& [took_ms, reach] : runs) {
        auto facts = healthy_facts();
        facts.collector.value->took_ms = took_ms;
        const auto during = [&](std::int64_t later) {
            Event event;
            event.time = fixed_now + later;
            return during_handshake(facts, event);
        };
        INFO(took_ms);
        CHECK_FALSE(during(0)); // it succeeded: nothing is to be explained
        fail_handshake(facts, "tls", "reset");
        CHECK(during(reach));
        CHECK(during(-reach));
        CHECK_FALSE(during(reach + 1));
        CHECK_FALSE(during(-reach - 1));
        facts.collector.value->utc = 0;
        CHECK_FALSE(during(0));
    }
}

TEST_CASE("thresholds: CERT.CA.VALID warns 30 days before, louder from 7 days on", "[rule]") {
    const Limit limits[] = {
        {-1, "broken expired high"},
        {0, "broken expired high"},
        {1, "at_risk expires high"},
        {7 * a_day, "at_risk expires high"},
        {7 * a_day + 1, "at_risk expires medium"},
        {30 * a_day, "at_risk expires medium"},
        {30 * a_day + 1, "ok ok low"},
    };
    for (const auto& [seconds, wanted] : limits) {
        INFO(seconds);
        auto facts = healthy_facts();
        facts.received_at = fixed_now;
        pin_ca_certificate(facts).parsed->not_after = fixed_now + seconds;
        CHECK(answer("CERT.CA.VALID", facts) == wanted);
    }
    auto facts = healthy_facts();
    auto& certificate = *pin_ca_certificate(facts).parsed;
    certificate.not_before = fixed_now;
    CHECK(find("CERT.CA.VALID", facts).summary.key == "CERT.CA.VALID.ok");
    certificate.not_before = fixed_now + 1;
    CHECK(find("CERT.CA.VALID", facts).summary.key == "CERT.CA.VALID.not_yet_valid");
}

TEST_CASE("thresholds: CERT.SELF.VALID ends with the certificate's last second", "[rule]") {
    auto facts = healthy_facts();
    facts.received_at = fixed_now;
    auto& certificate = *own_certificate(facts).parsed;
    certificate.not_after = fixed_now;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired_lately");
    certificate.not_after = fixed_now - 12 * an_hour + 1;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired_lately");
    certificate.not_after = fixed_now - 12 * an_hour;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired");
    certificate.not_after = fixed_now + 1;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.ok");
    certificate.not_after = fixed_now + 90 * a_day;
    certificate.not_before = fixed_now;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.ok");
    certificate.not_before = fixed_now + 1;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.not_yet_valid");
}

TEST_CASE("thresholds: what hinders a renewal is told from 14 days on", "[rule]") {
    for (const std::int64_t seconds : {14 * a_day, 14 * a_day + 1}) {
        INFO(seconds);
        auto facts = healthy_facts();
        facts.received_at = fixed_now;
        own_certificate(facts).parsed->not_after = fixed_now + seconds;
        facts.machine_keys.value->directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
        CHECK(
            find("CERT.SELF.VALID", facts).summary.key ==
            (seconds == 14 * a_day ? "CERT.SELF.VALID.renewal_blocked" : "CERT.SELF.VALID.ok")
        );
    }
}

TEST_CASE("thresholds: OUT.CERT looks 30 days ahead", "[rule]") {
    const auto whole = healthy_facts();
    const Limit limits[] = {
        {0, "expired"}, {1, "expires_soon"}, {30 * a_day, "expires_soon"}, {30 * a_day + 1, "ok"}};
    for (const auto& [seconds, wanted] : limits) {
        INFO(seconds);
        Facts facts;
        facts.handshakes = whole.handshakes;
        auto& shake = facts.handshakes.value->front();
        shake.from = "outside";
        shake.certificate = whole.rdp_certificate->store.front().parsed;
        shake.certificate->self_issued = false;
        shake.certificate->not_after = fixed_now + seconds;
        CHECK(find("OUT.CERT", facts).summary.key == std::string("OUT.CERT.") + wanted);
    }
}

TEST_CASE("thresholds: KEY.FOLDER gives a new certificate one minute to appear", "[rule]") {
    for (const std::int64_t seconds : {60, 61}) {
        INFO(seconds);
        auto facts = healthy_facts();
        facts.machine_keys.value->directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
        facts.rdp_certificate.value->store.clear();
        fail_handshake(facts, "tls", "reset");
        service(facts, "TermService").proc_start = fixed_now - seconds;
        CHECK(
            find("KEY.FOLDER", facts).summary.key ==
            (seconds == 60 ? "KEY.FOLDER.hardened" : "KEY.FOLDER.no_certificate")
        );
    }
}
