// A sheet of the document: absent, of another type, and unreadable are three things.
#include "core/unicode.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/offline/hive_builder.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <array>

#include "offline/facts/key_files.hpp"
#include "offline/facts/sheet.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;
using nlohmann::json;
namespace build = rdpsweep::offline::testing;

namespace {

build::Buffer wide(std::string_view text) {
    build::Buffer bytes;
    build::put_text(bytes, 0, utf8_to_utf16le(text));
    build::put(bytes, bytes.size(), 0, 2);
    return bytes;
}

// A hive whose topmost key has values of all kinds.
class SampleHive {
public:
    SampleHive() {
        const auto key = builder_.key("root");
        const build::Buffer four{std::byte{0x3d}, std::byte{0x0d}, std::byte{0}, std::byte{0}};
        builder_.values(
            key,
            {builder_.value("Number", 4, four),
             builder_.value("Text", 1, wide("a, b,,c")),
             builder_.value("Folder", 2, wide("%SystemDrive%\\x")),
             builder_.value("Hash", 3, four),
             builder_.value("Empty", 1, wide("")),
             builder_.value("Long", 1, wide(std::string(5000, 'x')))}
        );
        builder_.root(key);
        source_.emplace(builder_.bytes);
        hive_.emplace(*Hive::open(*source_));
    }

    [[nodiscard]] Place place() const { return {&*hive_, hive_->find("")}; }

private:
    build::HiveBuilder builder_;
    std::optional<MemorySource> source_;
    std::optional<Hive> hive_;
};

json unread_of(Document& document) {
    return document.all()["unread"];
}

} // namespace

TEST_CASE("sheet: values by their types", "[offline]") {
    const SampleHive hive;
    Document document;
    Sheet sheet(document.group("x"), "/x", document);
    sheet.dwords(hive.place(), {{"number", "NUMBER"}, {"none", "NoSuchValue"}});
    sheet.text(hive.place(), {"folder", "Folder"});
    sheet.text_or_empty(hive.place(), {"nothing", "NoSuchValue"});
    sheet.list(hive.place(), {"list", "Text"});
    sheet.list(hive.place(), {"empty", "Empty"});
    CHECK(sheet.hex(hive.place(), {"hash", "Hash"}));
    CHECK_FALSE(sheet.hex(hive.place(), {"none", "NoSuchValue"}));
    sheet.presence("there", hive.place());
    sheet.presence("away", below(hive.place(), "NoSuchKey"));
    CHECK(
        document.all()["x"] ==
        json{
            {"number", 3389},
            {"folder", "%SystemDrive%\\x"},
            {"nothing", ""},
            {"list", {"a", "b", "c"}},
            {"empty", json::array()},
            {"hash", "3d0d0000"},
            {"there", true},
            {"away", false}}
    );
    CHECK(unread_of(document) == json::array());
}

TEST_CASE("sheet: a value of another type, or too long, is there and unread", "[offline]") {
    const SampleHive hive;
    Document document;
    Sheet sheet(document.group("x"), "/x", document);
    sheet.dword(hive.place(), {"number", "Text"});
    sheet.text(hive.place(), {"text", "Number"});
    sheet.list(hive.place(), {"list", "Hash"});
    CHECK_FALSE(sheet.hex(hive.place(), {"hash", "Text"}));
    sheet.text(hive.place(), {"long", "Long"});
    CHECK(document.all()["x"] == json::object());
    CHECK(
        unread_of(document) ==
        json{
            {{"ptr", "/x/number"}, {"why", "error"}, {"code", "wrong type"}},
            {{"ptr", "/x/text"}, {"why", "error"}, {"code", "wrong type"}},
            {{"ptr", "/x/list"}, {"why", "error"}, {"code", "wrong type"}},
            {{"ptr", "/x/hash"}, {"why", "error"}, {"code", "wrong type"}},
            {{"ptr", "/x/long"}, {"why", "skipped"}, {"code", "output_limit"}}}
    );
}

TEST_CASE(
    "sheet: of a hive that cannot be read everything is unread, and nothing absent", "[offline]"
) {
    Document document;
    const Place lost{nullptr, Error(Phase::run, Errc::malformed_output, "the hive is damaged")};
    Sheet sheet(document.group("x"), "/x", document);
    sheet.dword(lost, {"number", "Number"});
    sheet.text(lost, {"text", "Text"});
    sheet.text_or_empty(lost, {"name", "Text"});
    sheet.list(lost, {"list", "Text"});
    CHECK_FALSE(sheet.hex(lost, {"hash", "Hash"}));
    sheet.presence("there", lost);
    CHECK(keys_below(lost, "/x/keys", document).empty());
    CHECK(values_of(below(lost, "deeper"), "/x/values", document).empty());
    CHECK(document.all()["x"] == json::object());
    std::vector<std::string> pointers;
    for (const auto& entry : unread_of(document)) {
        CHECK(entry["why"] == "error");
        CHECK(entry["code"] == "malformed_output");
        pointers.push_back(entry["ptr"]);
    }
    CHECK(
        pointers ==
        std::vector<std::string>{
            "/x/number",
            "/x/text",
            "/x/name",
            "/x/list",
            "/x/hash",
            "/x/there",
            "/x/keys",
            "/x/values"}
    );
}

TEST_CASE("facts of a disk: times of 1601 are dates, others are none", "[offline]") {
    constexpr std::uint64_t second = 10'000'000;
    CHECK(unix_of_filetime(11'644'473'601 * second) == 1);
    CHECK(unix_of_filetime(133'455'552'000'000'001) == 1'701'081'600);
    CHECK_FALSE(unix_of_filetime(0));
    CHECK_FALSE(unix_of_filetime(second));
    CHECK_FALSE(unix_of_filetime(0xFFFFFFFFFFFFFFFF));
}

TEST_CASE("facts of a disk: RDP's key files are named by their containers' hashes", "[offline]") {
    for (std::size_t number = 1; number <= rdp_key_prefixes.size(); ++number) {
        const auto container = "tsseckeyset" + std::to_string(number) + std::string(1, '\0');
        std::array<unsigned char, 16> digest{};
        REQUIRE(
            EVP_Digest(
                container.data(), container.size(), digest.data(), nullptr, EVP_md5(), nullptr
            ) == 1
        );
        std::string name;
        for (std::size_t word = 0; word < 4; ++word) {
            std::uint32_t value = 0;
            for (std::size_t i = 4; i-- > 0;)
                value = value << 8U | digest[4 * word + i];
            char digits[9];
            std::snprintf(digits, sizeof digits, "%08x", value);
            name += digits;
        }
        CHECK(rdp_key_prefixes[number - 1] == name);
    }
}
