// What is said of each fix before anything is looked at: how risky it is, what follows it, who has
// to ask for it, what it waits for. docs/fixes.md tells people the same.
#include "probes/fix/fix.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace rdpsweep;

namespace {

std::string listed(std::span<const std::string_view> words) {
    std::string text;
    for (const auto word : words)
        text += " " + std::string(word);
    return text;
}

std::string traits_of_fix(const Fix& fix) {
    std::string text(fix.id);
    text += ":" + listed(fix.rules) + ", " + std::string(to_string(fix.risk)) + ", restart " +
            std::string(to_string(fix.restart));
    if (fix.by_name_only) text += ", by name";
    if (!fix.cures_rdp) text += ", not of RDP";
    if (!fix.first.empty()) text += ", after" + listed(fix.first);
    if (!fix.settled_by.empty()) text += ", settled by " + std::string(fix.settled_by);
    return text;
}

} // namespace

TEST_CASE("fixes: the traits of each", "[fix]") {
    std::vector<std::string> said;
    for (const auto& fix : all_fixes())
        said.push_back(traits_of_fix(fix));
    CHECK(
        said ==
        std::vector<std::string>{
            "tls12: TLS.PROTO, medium, restart needed",
            "tls13: TLS.13FORCED, medium, restart needed",
            "nla: SEC.LAYER, medium, restart needed",
            "allow-rdp: RDP.DENIED, high, restart if_still_failing, by name",
            "listener: RDP.LISTENER, high, restart if_still_failing, by name",
            "key-acl: KEY.ACL, low, restart if_still_failing",
            "key-folder: KEY.FOLDER, low, restart if_still_failing",
            "unpin: CERT.PIN, medium, restart needed",
            "services: SVC.STATE, medium, restart if_still_failing",
            "renew: CERT.SELF.VALID CERT.CORRUPT KEY.PRESENT, medium, restart if_still_failing, "
            "after STORE.ACL.* KEY.FOLDER.* KEY.ACL SVC.STATE.*, settled by CERT.BINDING",
            "store-acl: STORE.ACL, medium, restart if_still_failing",
            "account: SVC.ACCOUNT, medium, restart needed",
            "port: PORT.OWNER, high, restart needed",
            "port-rule: PORT.MOVED, medium, restart none, by name",
            "lan-adapter: PORT.NOLISTEN, medium, restart needed, by name",
            "gpsvc: GPO.GPSVC, low, restart none, not of RDP",
            "ems: EMS.READY, medium, restart none, not of RDP",
            "dump: DUMP.READY, low, restart none, not of RDP"}
    );
}

TEST_CASE("fixes: the gravest complaint is spoken of, of equals the first", "[fix]") {
    const auto spoken_of = [](std::initializer_list<std::pair<const char*, Verdict>> said) {
        std::vector<Finding> findings;
        for (const auto& [rule, verdict] : said) {
            Finding finding;
            finding.rule = rule;
            finding.verdict = verdict;
            findings.push_back(finding);
        }
        Facts facts;
        facts.os.value.emplace();
        facts.os.value->product_type = 2; // a domain controller, so that it is refused at once
        const auto prepared = prepare(*find_fix("renew"), facts, findings);
        return std::get<Refusal>(prepared).arguments.at("rule");
    };
    const auto broken = Verdict::broken, at_risk = Verdict::at_risk;
    CHECK(spoken_of({{"CERT.CORRUPT", broken}, {"KEY.PRESENT", broken}}) == "CERT.CORRUPT");
    CHECK(spoken_of({{"KEY.PRESENT", broken}, {"CERT.CORRUPT", broken}}) == "KEY.PRESENT");
    CHECK(spoken_of({{"CERT.CORRUPT", at_risk}, {"KEY.PRESENT", broken}}) == "KEY.PRESENT");
    CHECK(spoken_of({{"CERT.CORRUPT", broken}, {"KEY.PRESENT", at_risk}}) == "CERT.CORRUPT");
}
