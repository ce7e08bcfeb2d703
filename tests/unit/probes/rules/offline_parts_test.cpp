// Parts of a disk that may be old: what that takes from the findings, and what a reader is told.
#include "probes/reading/disk_notes.hpp"
#include "probes/reading/disk_view.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/disk_facts.hpp"
#include "tests/unit/probes/rules/symptom_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

std::vector<std::string> keys_of(const std::vector<Message>& notes) {
    std::vector<std::string> keys;
    for (const Message& note : notes)
        keys.push_back(note.key);
    return keys;
}

} // namespace

TEST_CASE("offline: what each part of a disk that may be old makes less sure", "[offline]") {
    const auto sure = [](void (*change)(DiskFacts&)) {
        Facts facts = disk_facts();
        service(facts, "TermService").start = 4;                       // SYSTEM
        facts.rdp_certificate.value->store_sddl = {"D:(D;;0x6;;;SY)"}; // SOFTWARE
        rdp_key(facts).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";             // a file
        change(*facts.disk.value);
        const Judgement judgement = judged(facts);
        std::string list;
        for (const char* rule : {"SVC.STATE", "STORE.ACL", "KEY.ACL"})
            list += of(judgement, rule).confidence == Confidence::direct ? "1" : "0";
        return list;
    };
    CHECK(sure([](DiskFacts&) {}) == "111");
    CHECK(sure([](DiskFacts& d) { d.hives[0].state = HiveState::replayed; }) == "111");
    CHECK(sure([](DiskFacts& d) { d.hives[0].state = HiveState::untrusted; }) == "011");
    CHECK(sure([](DiskFacts& d) { d.hives[1].state = HiveState::untrusted; }) == "100");
    CHECK(sure([](DiskFacts& d) { d.volume = VolumeState::dirty; }) == "110");
    CHECK(sure([](DiskFacts& d) { d.volume = VolumeState::untrusted; }) == "000");
    // Nothing is less sure of a VM that ran, whatever it says of disks.
    Facts running = healthy_facts();
    running.disk.value = DiskFacts{};
    running.disk.value->volume = VolumeState::untrusted;
    CHECK(unsure_parts(running) == 0);
    CHECK(disk_notes(running).empty());
}

TEST_CASE("offline: parts of a disk, by what was read from them", "[offline]") {
    using namespace disk_part;
    CHECK(parts_behind("/svc/0/start") == system_hive);
    CHECK(parts_behind("/sec/layer") == system_hive);
    CHECK(parts_behind("/sec/policy/layer") == software_hive);
    CHECK(parts_behind("/cert/pin") == system_hive);
    CHECK(parts_behind("/cert/store/0/not_after") == software_hive);
    CHECK(parts_behind("/keys/files/3/sddl") == files);
    CHECK(parts_behind("/gp/registry_pol/0") == files);
    CHECK(parts_behind("/gp/gpsvc_start") == system_hive);
    CHECK(parts_behind("/ems/ems") == boot);
    CHECK(parts_behind("/hs/0/stage") == 0);
    CHECK(parts_behind("/svcx") == 0);
}

TEST_CASE("offline: an unsure disk makes no VM broken for its keys", "[offline]") {
    Facts facts = disk_facts();
    facts.disk.value->volume = VolumeState::dirty;
    rdp_key(facts).size = 0;
    Finding finding = find("KEY.PRESENT", facts);
    CHECK(finding.summary.key == "KEY.PRESENT.damaged_unsure");
    CHECK(finding.verdict == Verdict::at_risk);
    CHECK(finding.confidence == Confidence::circumstantial);
}

TEST_CASE("offline: what there is to know of a disk", "[offline]") {
    Facts facts = disk_facts();
    auto notes = disk_notes(facts);
    CHECK(keys_of(notes) == std::vector<std::string>{"note.disk_stopped"});
    CHECK(notes[0].arguments.at("since") == "2026-11-15T11:06:40Z");
    facts.events.value->until = stopped_at + 60;
    CHECK(disk_notes(facts)[0].key == "note.disk_stopped");
    facts.events.value->until = stopped_at + 61;
    notes = disk_notes(facts);
    CHECK(notes[0].key == "note.disk_alive");
    CHECK(notes[0].arguments.at("since") == "2026-11-15T11:07:41Z");
    facts.events.value->until.reset();
    facts.events.value->events.clear();
    facts.disk.value->stopped.reset();
    facts.disk.value->hives[1].state = HiveState::untrusted;
    facts.disk.value->volume = VolumeState::dirty;
    facts.disk.value->hibernated = true;
    facts.disk.value->windows = {R"(2:\Windows)", R"(3:\Windows)"};
    notes = disk_notes(facts);
    CHECK(
        keys_of(notes) ==
        std::vector<std::string>{
            "note.disk",
            "note.disk_hive",
            "note.disk_dirty",
            "note.disk_hibernated",
            "note.disk_windows"}
    );
    CHECK(notes[1].arguments.at("hives") == "SOFTWARE");
    facts.disk.value->volume = VolumeState::untrusted;
    CHECK(disk_notes(facts)[2].key == "note.disk_damaged");
}

TEST_CASE("offline: a VM of which a disk alone is known is in no group of well ones", "[offline]") {
    Facts facts = disk_facts();
    const std::string alone = judged(facts).fingerprint;
    see_outside(facts, from_outside("done"));
    const std::string answers = judged(facts).fingerprint;
    CHECK(alone != answers);
    CHECK(judged(healthy_facts()).fingerprint != alone);
    CHECK(judged(healthy_facts()).fingerprint != answers);
}
