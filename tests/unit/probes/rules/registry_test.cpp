#include "probes/rule.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace rdpsweep;

namespace {

// Written by hand: a rank changed by accident moves a VM's root cause.
constexpr std::array<std::string_view, 39> by_rank{
    "PORT.OWNER",   "PORT.NOLISTEN", "PORT.MOVED",      "RDP.DENIED",    "RDP.LISTENER",
    "SVC.STATE",    "SVC.ACCOUNT",   "SEC.LAYER",       "TLS.PROTO",     "TLS.13FORCED",
    "TLS.SUITES",   "FIPS",          "TLS.LEGACY",      "DISK.FULL",     "KEY.PRESENT",
    "KEY.ACL",      "EVT.KEYAUDIT",  "KEY.FOLDER",      "KEY.OVERGRANT", "STORE.ACL",
    "CERT.CORRUPT", "CERT.PIN",      "CERT.SELF.VALID", "CERT.CA.VALID", "CERT.BINDING",
    "OUT.CERT",     "OUT.BINDING",   "NLA.CREDSSP",     "NLA.CHANNEL",   "GPO.GPSVC",
    "GPO.MANAGED",  "PENDING",       "EVT.SCHANNEL",    "EVT.RDPCERT",   "OUT.RDP",
    "HANDSHAKE",    "EMS.READY",     "OUT.NAME",        "DUMP.READY",
};

} // namespace

TEST_CASE("registry: the order of attribution is this one", "[judge]") {
    std::vector<Rule> rules(all_rules().begin(), all_rules().end());
    const auto ranked_before = [](const Rule& a, const Rule& b) { return a.rank < b.rank; };
    std::stable_sort(rules.begin(), rules.end(), ranked_before);
    REQUIRE(rules.size() == by_rank.size());
    for (std::size_t i = 0; i < rules.size(); ++i)
        CHECK(rules[i].id == by_rank[i]);
}

TEST_CASE("registry: each row has a rule and a rank of its own", "[judge]") {
    std::vector<int> ranks;
    std::vector<std::string_view> ids;
    for (const Rule& rule : all_rules()) {
        CHECK(rule.rank > 0);
        ranks.push_back(rule.rank);
        ids.push_back(rule.id);
    }
    std::sort(ranks.begin(), ranks.end());
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ranks.begin(), ranks.end()) == ranks.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("registry: the rules that see a handshake only are those of outside", "[judge]") {
    REQUIRE(outside_rules().size() == 4);
    for (const Rule& rule : all_rules()) {
        const bool outside =
            std::any_of(outside_rules().begin(), outside_rules().end(), [&](const Rule& other) {
                return other.id == rule.id && other.rank == rule.rank;
            });
        CHECK(outside == rule.id.starts_with("OUT."));
    }
}
