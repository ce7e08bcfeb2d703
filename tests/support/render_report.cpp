// render-report FORMAT KIND COUNT [LANGUAGE]: a report of a made-up fleet on stdout, for tests and
// measurements that need a page of a certain size.
#include "tests/support/report_fixture.hpp"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>

using namespace rdpsweep;

namespace {

using Maker = std::function<HostResult(std::size_t)>;

// mixed: as a fleet is. sick: every host broken in the same way. varied: every host in a way of its
// own. hostile: every text of a host is an attack.
Maker maker_of(const std::string& kind) {
    if (kind == "sick") return test::sick_host;
    if (kind == "varied") return test::varied_host;
    if (kind == "hostile") return test::hostile_host;
    return test::generated_host;
}

// The fixture's findings have sentences of their own, which no built-in catalogue knows.
HostResult with_real_sentences(HostResult host) {
    const std::map<std::string, Message> real{
        {"TEST.ok", {"judge.ok", {}}},
        {"TEST.key", {"KEY.ACL.denied", {{"mask", "0x1"}, {"file", "f686aace6942fb7f7ceb23"}}}},
        {"TEST.handshake", {"HANDSHAKE.reset", {}}},
        {"TEST.expires", {"CERT.CA.VALID.expires", {{"not_after", "2026-12-01T03:00:00Z"}}}},
        {"TEST.unread", {"rule.unread", {{"what", "/keys/files/0/sddl"}, {"why", "denied 0x5"}}}},
        {"TEST.legacy", {"EMS.READY.off", {}}},
    };
    for (auto& finding : host.findings) {
        const auto known = real.find(finding.summary.key);
        const bool plain = known != real.end() && finding.rule != test::hostile_text;
        if (plain) finding.summary = known->second;
    }
    return host;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::cerr << "usage: render-report FORMAT mixed|sick|varied|hostile COUNT [LANGUAGE]\n";
        return 2;
    }
    const auto make = maker_of(argv[2]);
    const test::Hosts hosts(std::strtoul(argv[3], nullptr, 10), [&make](std::size_t index) {
        return with_real_sentences(make(index));
    });
    const auto& messages = Catalogue::built_in(argc > 4 ? argv[4] : "en");
    const auto text = test::render(argv[1], hosts, messages);
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
