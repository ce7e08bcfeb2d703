// Records of real logs, against what evtxexport prints of the same files. The tool stands on the
// same library: choosing chunks, mending them and taking XML apart lose nothing.
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"
#include "tests/unit/offline/event/evtx_support.hpp"

#include <pugixml.hpp>

#include "offline/event/evtx.hpp"
#include "offline/event/evtx_file.hpp"
#include "offline/event/evtx_tail.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

std::vector<std::byte> sample(const std::string& name) {
    return unxz(RDPSWEEP_SOURCE_DIR "/tests/data/evtx/" + name + ".evtx.xz");
}

// Every record on a line of its own, by its number.
using Lines = std::map<std::uint64_t, std::string>;

std::string line(const EventRecord& record) {
    std::string text = std::to_string(record.id) + " " + record.provider + " " + record.channel +
                       " level " + std::to_string(record.level) + " pid " +
                       std::to_string(record.pid) + " " + to_iso8601(record.time.value_or(0));
    for (const auto& field : record.fields)
        text += "\n" + field.name + "=" + field.text;
    return text + (record.binary.empty() ? "" : "\nbinary " + record.binary);
}

// What ours says of all chunks that it finds.
Lines ours(const std::vector<std::byte>& bytes, std::uint64_t& unreadable) {
    MemorySource log(bytes);
    auto tail = EvtxTail::open(log);
    REQUIRE(tail);
    Lines lines;
    unreadable = 0;
    for (auto chunk = tail->next(); *chunk; chunk = tail->next()) {
        const auto records = find_records((*chunk)->bytes, (*chunk)->header);
        if (records.whole.empty()) continue;
        mend_chunk((*chunk)->bytes, records);
        const Bytes mended((*chunk)->bytes);
        auto reader = EvtxReader::open(evtx_file(std::span(&mended, 1)));
        REQUIRE(reader);
        for (const auto place : places_of(records)) {
            const auto record = reader->record(place);
            if (record)
                lines[record->number] = line(*record);
            else
                ++unreadable;
        }
    }
    return lines;
}

std::string printed(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    std::array<char, 65536> part{};
    while (const auto got = std::fread(part.data(), 1, part.size(), pipe))
        text.append(part.data(), got);
    ::pclose(pipe);
    return text;
}

// Returns all text below a node, as DOM's textContent.
std::string text_in(pugi::xml_node node) {
    std::string text = node.value();
    for (const auto inner : node.children())
        text += text_in(inner);
    return text;
}

EventRecord record_in(pugi::xml_node event) {
    EventRecord record;
    const auto system = event.child("System");
    record.number = system.child("EventRecordID").text().as_ullong();
    record.id = system.child("EventID").text().as_uint();
    record.provider = system.child("Provider").attribute("Name").value();
    record.channel = system.child("Channel").text().get();
    record.level = system.child("Level").text().as_uint();
    record.pid = system.child("Execution").attribute("ProcessID").as_uint();
    record.time = from_iso8601(system.child("TimeCreated").attribute("SystemTime").value());
    for (const auto& found : event.select_nodes("EventData/Data"))
        record.fields.push_back({found.node().attribute("Name").value(), text_in(found.node())});
    for (const auto& found : event.select_nodes("UserData/*/*"))
        record.fields.push_back({found.node().name(), text_in(found.node())});
    record.binary = event.select_node("EventData/Binary").node().text().get();
    return record;
}

// What evtxexport says; nothing where there is none.
std::optional<Lines> theirs(const std::vector<std::byte>& bytes) {
    if (std::system("command -v evtxexport >/dev/null") != 0) {
        const char* ci = std::getenv("CI");
        if (ci != nullptr && std::string(ci) == "true") FAIL("a CI machine has evtxexport");
        WARN("SKIPPED: evtxexport (libevtx-utils) is not installed");
        return std::nullopt;
    }
    const Scratch scratch;
    const auto file = scratch.file("log.evtx", std::string(text_of(bytes)));
    auto text = printed("evtxexport -f xml '" + file + "' 2>/dev/null");
    text.erase(0, text.find("<Event "));
    pugi::xml_document document;
    REQUIRE(document.load_string(("<all>" + text + "</all>").c_str()));
    Lines lines;
    for (const auto event : document.child("all").children("Event")) {
        const auto record = record_in(event);
        lines[record.number] = line(record);
    }
    return lines;
}

} // namespace

TEST_CASE("every record of a real log is as evtxexport prints it", "[evtx]") {
    struct Case {
        const char* name;
        std::size_t records;
        std::size_t more = 0; // than the tool finds
    };

    for (const auto& [name, records, more] :
         {Case{"system-clean", 1881},
          Case{"system-holes", 1160},
          Case{"liveid-ring", 399},
          Case{"rdpcorets-jumbled", 1910},
          Case{"rcm-jumbled", 1774},
          Case{"bad-chunk", 298, 31},
          Case{"zero-data", 449, 114},
          Case{"security-new-user", 4},
          Case{"application-unchecked", 17}}) {
        INFO(name);
        std::uint64_t unreadable = 0;
        const auto bytes = sample(name);
        const auto found = ours(bytes, unreadable);
        CHECK(found.size() == records);
        CHECK(unreadable == 0);
        const auto expected = theirs(bytes);
        if (!expected) return;
        std::size_t missed = 0;
        for (const auto& [number, text] : *expected) {
            INFO("record " << number);
            if (!found.contains(number))
                ++missed;
            else if (found.at(number) != text)
                CHECK(found.at(number) == text);
        }
        CHECK(missed == 0);
        // Behind a damaged record the tool gives the chunk up.
        CHECK(found.size() - expected->size() == more);
    }
}

TEST_CASE("a log of the newest chunks has exactly the newest records", "[evtx]") {
    for (const char* name : {"system-clean", "system-holes", "liveid-ring"}) {
        INFO(name);
        const auto bytes = sample(name);
        MemorySource log(bytes);
        const auto tail = newest_of(log, 4);
        REQUIRE(tail);
        CHECK(tail->size() == evtx_header_bytes + 4 * evtx_chunk_bytes);
        const auto all = theirs(bytes);
        const auto newest = theirs(*tail);
        if (!all || !newest) return;
        REQUIRE(!newest->empty());
        const auto first = all->lower_bound(newest->begin()->first);
        CHECK((*newest == Lines(first, all->end())));
        // A reader that does trust headers finds nothing wrong with this one.
        MemorySource again(*tail);
        CountedLog counted(*tail);
        REQUIRE(EvtxTail::open(counted));
        CHECK(counted.reads <= 4);
    }
}

TEST_CASE("a record that the library cannot read costs itself", "[evtx]") {
    std::uint64_t unreadable = 0;
    const auto capi2 = ours(sample("capi2-unreadable"), unreadable);
    CHECK(capi2.size() + unreadable == 340);
    CHECK(unreadable == 3);
    // The tool ends at the first one.
    if (const auto expected = theirs(sample("capi2-unreadable"))) {
        CHECK(expected->size() == 24);
        for (const auto& [number, text] : *expected)
            CHECK(capi2.at(number) == text);
    }
    CHECK(ours(sample("no-template"), unreadable).empty());
    CHECK(unreadable == 1);
}

TEST_CASE("of a record that is too long as XML the strings are kept", "[evtx]") {
    auto reader = EvtxReader::open(sample("system-holes"), {.xml_bytes = 100});
    REQUIRE(reader);
    const auto record = reader->record(200);
    REQUIRE(record);
    CHECK(record->number == 201);
    CHECK(record->id == 1056);
    CHECK(record->level == 4);
    CHECK(record->provider == "TermService"); // its classic name is all that the library tells
    CHECK(to_iso8601(record->time.value_or(0)) == "2018-07-06T18:45:47Z");
    REQUIRE(!record->fields.empty());
    CHECK(record->fields[0].name.empty());
    CHECK(record->fields[0].text == "DESKTOP-1N4R894");
}

TEST_CASE("what is no log of events is refused by the library, too", "[evtx]") {
    for (const std::size_t size : {0U, 100U, 4096U, 100'000U}) {
        const auto reader = EvtxReader::open(std::vector<std::byte>(size));
        REQUIRE(!reader);
        CHECK(reader.error().code() == Errc::malformed_output);
    }
    auto reader = EvtxReader::open(evtx_file({}));
    REQUIRE(reader);
    CHECK(reader->count() == 0);
    CHECK(!reader->record(0));
    CHECK(!reader->record(~std::size_t{0}));
}
