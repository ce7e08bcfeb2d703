// /evt of facts/1 from files of event logs: what the collector would have sent of the same logs.
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/offline/event/evtx_support.hpp"

#include <nlohmann/json.hpp>

#include "offline/event/event_facts.hpp"
#include "offline/event/event_history.hpp"
#include "offline/event/record_xml.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

const std::string listener_log =
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx";
const std::string core_log = "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx";

// Files of the folder of logs, by name.
using Folder = std::map<std::string, std::vector<std::byte>>;

std::vector<std::byte> sample(const std::string& name) {
    return unxz(RDPSWEEP_SOURCE_DIR "/tests/data/evtx/" + name + ".evtx.xz");
}

struct Counts {
    std::size_t reads = 0;
    std::uint64_t bytes = 0;
};

// Adds up what is read of all logs.
class Summed final : public ByteSource {
public:
    Summed(Bytes bytes, Counts& counts) : memory_(bytes), counts_(counts) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return memory_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        ++counts_.reads;
        counts_.bytes += into.size();
        return memory_.read(offset, into);
    }

private:
    MemorySource memory_;
    Counts& counts_;
};

EventHistory history_of(const Folder& folder, std::uint32_t hours, Counts* counts = nullptr) {
    Counts unasked;
    auto& sum = counts != nullptr ? *counts : unasked;
    return read_history(
        [&](std::string_view name) -> Result<std::unique_ptr<ByteSource>> {
            const auto found = folder.find(std::string(name));
            if (found == folder.end()) return Error(Phase::run, Errc::not_found, "no such file");
            return std::unique_ptr<ByteSource>(std::make_unique<Summed>(found->second, sum));
        },
        hours
    );
}

std::vector<std::string> unread_of(const EventHistory& history) {
    std::vector<std::string> lines;
    for (const auto& [pointer, why, code] : history.unread)
        lines.push_back(pointer + " " + why + (code.empty() ? "" : " " + code));
    return lines;
}

std::size_t count_of(const EventHistory& history, std::string_view label, std::uint32_t id) {
    return static_cast<std::size_t>(std::count_if(
        history.events.events.begin(),
        history.events.events.end(),
        [&](const Event& event) { return event.provider == label && event.id == id; }
    ));
}

std::string moment(std::optional<std::int64_t> time) {
    return time ? to_iso8601(*time) : "none";
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("the window ends with the newest record of the System log", "[evtx]") {
    Counts counts;
    const auto history = history_of(
        {{"System.evtx", sample("system-holes")},
         {listener_log, sample("rcm-jumbled")},
         {core_log, sample("rdpcorets-jumbled")}},
        24,
        &counts
    );
    CHECK(history.read);
    CHECK(history.events.window_hours == 24);
    CHECK(moment(history.events.until) == "2018-08-08T14:44:03Z");
    CHECK(moment(history.events.oldest_record) == "2018-07-06T18:37:44Z");

    // There are 59, 60 and 1,500 in the window; the newest 50 of each are kept.
    CHECK(history.events.events.size() == 150);
    CHECK(count_of(history, "RdpCoreTS", 131) == 50);
    CHECK(count_of(history, "RdpCoreTS", 140) == 50);
    CHECK(count_of(history, "TermService", 261) == 50);
    const auto& events = history.events.events;
    CHECK(std::is_sorted(events.begin(), events.end(), [](const auto& a, const auto& b) {
        return a.time > b.time;
    }));
    CHECK(moment(events.front().time) == "2018-08-07T19:35:01Z");
    CHECK(events.front().id == 140);
    CHECK(events.front().pid == 332);
    CHECK(events.front().data == std::map<std::string, std::string>{{"IPString", "193.238.46.35"}});
    CHECK(moment(events.back().time) == "2018-08-07T19:17:27Z");
    CHECK(events.back().data == std::map<std::string, std::string>{{"listenerName", "RDP-Tcp"}});

    // Two chunks of the System log are missing within the window.
    CHECK(
        unread_of(history) ==
        Texts{
            "/evt/Schannel error damaged",
            "/evt/TermService error damaged",
            "/evt/SCM error damaged",
            "/evt/NETLOGON error damaged",
            "/evt/NTLM/4002 absent",
            "/evt/LSM/16 absent",
            "/evt/Security absent"}
    );
    CHECK(counts.reads <= 48);
    CHECK(counts.bytes <= 4'500'000);
}

TEST_CASE("a longer window has what is older", "[evtx]") {
    const auto history = history_of({{"System.evtx", sample("system-holes")}}, 800);
    REQUIRE(history.events.events.size() == 3);
    const auto& [newer, certificate, older] =
        std::tie(history.events.events[0], history.events.events[1], history.events.events[2]);
    CHECK(newer.provider == "SCM");
    CHECK(newer.id == 7023);
    CHECK(moment(newer.time) == "2018-07-12T00:41:06Z");
    CHECK(certificate.provider == "TermService");
    CHECK(certificate.id == 1056);
    CHECK(certificate.data == std::map<std::string, std::string>{{"0", "DESKTOP-1N4R894"}});
    CHECK(certificate.binary == "59eff2e3b509c83137e81085e02a1ac63a7e61aa");
    CHECK(moment(older.time) == "2018-07-06T18:38:41Z");
    CHECK(history.lost_records == 262);
}

TEST_CASE("an undamaged log is read where its window is, and says so", "[evtx]") {
    Counts counts;
    const auto history = history_of({{"System.evtx", sample("system-clean")}}, 24, &counts);
    CHECK(moment(history.events.until) == "2018-03-06T08:13:42Z");
    CHECK(moment(history.events.oldest_record) == "2017-07-12T17:16:28Z");
    CHECK(history.events.events.size() == 10);
    CHECK(count_of(history, "SCM", 7023) == 10);
    CHECK(history.lost_records == 0);
    CHECK(history.damaged_chunks == 0);
    CHECK(
        unread_of(history) ==
        Texts{
            "/evt/TermService/261 absent",
            "/evt/RdpCoreTS/131 absent",
            "/evt/RdpCoreTS/140 absent",
            "/evt/NTLM/4002 absent",
            "/evt/LSM/16 absent",
            "/evt/Security absent"}
    );
    CHECK(counts.reads <= 11);
    CHECK(counts.bytes <= 500'000);
}

TEST_CASE("without the System log the window ends with the next one's newest record", "[evtx]") {
    const auto history = history_of(
        {{listener_log, sample("rcm-jumbled")}, {core_log, sample("rdpcorets-jumbled")}}, 1
    );
    CHECK(moment(history.events.until) == "2018-08-07T19:23:03Z");
    CHECK(!history.events.oldest_record);
    CHECK(unread_of(history).front() == "/evt/Schannel absent");
    // What another log has of later belongs to it.
    CHECK(moment(history.events.events.front().time) == "2018-08-07T19:35:01Z");
}

TEST_CASE("where no log can be read, all of it is unread", "[evtx]") {
    const auto none = history_of({}, 24);
    CHECK(!none.read);
    CHECK(unread_of(none) == Texts{"/evt absent"});
    nlohmann::json facts{{"schema", "facts/1"}};
    put_history(none, facts);
    CHECK(facts == nlohmann::json{{"schema", "facts/1"}});

    const auto garbage = history_of({{"System.evtx", std::vector<std::byte>(200'000)}}, 24);
    CHECK(unread_of(garbage) == Texts{"/evt error malformed_output"});
}

TEST_CASE("a window that is longer than what may be read is said to be cut", "[evtx]") {
    // 126 of each in 16 chunks, of which 8 are read: fewer than 50 of a log that has others.
    const auto history = history_of({{"Security.evtx", sample("system-clean")}}, 24 * 365);
    CHECK(unread_of(history).back() == "/evt/LSM/16 absent");
    auto quiet = sample("liveid-ring");
    const auto ntlm = history_of({{"Microsoft-Windows-NTLM%4Operational.evtx", quiet}}, 24 * 365);
    CHECK(unread_of(ntlm)[7] == "/evt/NTLM/4002 skipped cap");
    CHECK(ntlm.events.events.empty());
}

TEST_CASE("the document has the members of the schema", "[evtx]") {
    const auto history = history_of({{"System.evtx", sample("system-holes")}}, 800);
    nlohmann::json facts;
    put_history(history, facts);
    CHECK(facts["evt_window_h"] == 800);
    CHECK(facts["evt_oldest_utc"] == "2018-07-06T18:37:44Z");
    CHECK(facts["evt_until_utc"] == "2018-08-08T14:44:03Z");
    CHECK(facts.size() == 4);
    REQUIRE(facts["evt"].size() == 3);
    CHECK(
        facts["evt"][1] ==
        nlohmann::json{
            {"prov", "TermService"},
            {"id", 1056},
            {"utc", "2018-07-06T18:45:47Z"},
            {"pid", 0},
            {"data", {{"0", "DESKTOP-1N4R894"}}},
            {"bin", "59eff2e3b509c83137e81085e02a1ac63a7e61aa"}}
    );
}

TEST_CASE("a source asks for its ids and its provider, of audits for RDP's keys", "[evtx]") {
    const auto asked = [](const EventRecord& record, std::string_view file) {
        Texts labels;
        for (const auto& log : event_logs())
            for (const auto& source : log.sources)
                if (log.file == file && asks_for(source, record)) labels.emplace_back(source.label);
        return labels;
    };
    const auto of = [&](std::string_view provider, std::uint32_t id) {
        EventRecord record;
        record.provider = provider;
        record.id = id;
        return asked(record, "System.evtx");
    };
    CHECK(of("Schannel", 36870) == Texts{"Schannel"});
    CHECK(of("Schannel", 36868).empty());
    CHECK(of("Schannel", 36875).empty());
    CHECK(of("Service Control Manager", 7023) == Texts{"SCM"});
    CHECK(of("Service Control Manager", 7036).empty());
    CHECK(of("Service Control Manager", 36870).empty());
    CHECK(of("NETLOGON", 5719) == Texts{"NETLOGON"});
    CHECK(
        of("Microsoft-Windows-TerminalServices-RemoteConnectionManager", 1065) ==
        Texts{"TermService"}
    );

    const auto audit = [&](std::uint32_t id, const char* key) {
        EventRecord record;
        record.id = id;
        record.fields = {{"SubjectUserSid", "S-1-5-20"}, {"KeyName", key}};
        return !asked(record, "Security.evtx").empty();
    };
    CHECK(audit(5061, "TSSecKeySet1"));
    CHECK(audit(5058, "TSSecKeySet9"));
    CHECK(!audit(5059, "TSSecKeySet1"));
    for (const char* key : {"", "TSSecKeySet", "TSSecKeySet0", "TSSecKeySet10", "tsseckeyset1"})
        CHECK(!audit(5061, key));
}

TEST_CASE("an event is cut as the collector cuts it", "[evtx]") {
    EventRecord record;
    for (int at = 0; at < 30; ++at)
        record.fields.push_back({at == 1 ? "Named" : "", std::to_string(at)});
    CHECK(event_of("SCM", record).data.size() == 24);
    CHECK(event_of("SCM", record).data.at("Named") == "1");
    CHECK(event_of("SCM", record).data.at("23") == "23");

    const auto kept = [](std::string text) {
        EventRecord one;
        one.fields = {{"a", std::move(text)}};
        return event_of("SCM", one).data.at("a");
    };
    CHECK(kept(std::string(500, 'x')) == std::string(400, 'x'));
    std::string wide;
    for (int at = 0; at < 300; ++at)
        wide += "\xF0\x9F\x98\x80"; // two units of UTF-16 each
    CHECK(kept(wide) == wide.substr(0, std::size_t{200} * 4));
    CHECK(kept("0x00000000") == "0x0");
    CHECK(kept("0x80090016") == "0x80090016");
    CHECK(kept("0x00000000000003e7") == "0x3e7");
    CHECK(kept("0x0000003") == "0x0000003");
    CHECK(kept("0x0000000g") == "0x0000000g");

    const auto binary = [](std::string digits) {
        EventRecord one;
        one.binary = std::move(digits);
        return event_of("SCM", one).binary;
    };
    CHECK(binary("0AFF") == "0aff");
    CHECK(binary("0AF").empty());
    CHECK(binary("0AXX").empty());
    CHECK(binary(std::string(512, 'A')) == std::string(512, 'a'));
    CHECK(binary(std::string(514, 'A')).empty());

    EventRecord twice;
    twice.fields = {{"Name", "first"}, {"NAME", "second"}};
    CHECK(event_of("SCM", twice).data == std::map<std::string, std::string>{{"Name", "second"}});
}

TEST_CASE("XML of a record is taken apart, within bounds", "[evtx]") {
    const auto read = [](std::string_view xml, RecordLimits limits = {}) {
        return read_record_xml(xml, limits);
    };
    CHECK(!read(""));
    CHECK(!read("<Event"));
    CHECK(!read("<Other/>"));
    const auto record = read(
        "<e:Event xmlns:e='x'><e:System><e:Provider Name='P'/><e:EventID "
        "Qualifiers='5'>7</e:EventID>"
        "<e:Execution ProcessID='42'/></e:System><e:UserData><s:Schema xmlns:s='y'><s:One>a<b>c</b>"
        "</s:One><s:Two/></s:Schema></e:UserData></e:Event>"
    );
    REQUIRE(record);
    CHECK(record->provider == "P");
    CHECK(record->id == 7);
    CHECK(record->pid == 42);
    CHECK(!record->time);
    REQUIRE(record->fields.size() == 2);
    CHECK(record->fields[0].name == "One");
    CHECK(record->fields[0].text == "ac");
    CHECK(record->fields[1].name == "Two");
    CHECK(record->fields[1].text.empty());

    std::string many = "<Event><EventData>";
    for (int at = 0; at < 200; ++at)
        many += "<Data Name='" + std::string(1000, 'n') + "'>" + std::string(1000, 't') + "</Data>";
    const auto bounded =
        read(many + "</EventData></Event>", {.fields = 3, .name_bytes = 10, .text_bytes = 20});
    REQUIRE(bounded);
    REQUIRE(bounded->fields.size() == 3);
    CHECK(bounded->fields[2].name == std::string(10, 'n'));
    CHECK(bounded->fields[2].text == std::string(20, 't'));
}
