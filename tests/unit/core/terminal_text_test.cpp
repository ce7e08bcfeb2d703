// What may reach a terminal, by its type, and the same characters in JSON.
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/terminal_text.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <type_traits>
#include <utility>

using namespace rdpsweep;

namespace {

// As UTF-8: what disturbs beyond ASCII, and a neighbour on either side that does not.
const std::vector<std::pair<std::string, std::string>> disturbing{
    {"\x7f", "\\u007f"},
    {"\xC2\x80", "\\u0080"},
    {"\xC2\x9F", "\\u009f"},
    {"\xD8\x9C", "\\u061c"},
    {"\xE2\x80\x8B", "\\u200b"},
    {"\xE2\x80\x8E", "\\u200e"},
    {"\xE2\x80\x8F", "\\u200f"},
    {"\xE2\x80\xA8", "\\u2028"},
    {"\xE2\x80\xA9", "\\u2029"},
    {"\xE2\x80\xAA", "\\u202a"},
    {"\xE2\x80\xAE", "\\u202e"},
    {"\xE2\x81\xA6", "\\u2066"},
    {"\xE2\x81\xA9", "\\u2069"},
    {"\xEF\xBB\xBF", "\\ufeff"}};
const std::vector<std::string> harmless{
    "\xC2\xA0",
    "\xD8\x9B",
    "\xD8\x9D",
    "\xE2\x80\x8A",
    "\xE2\x80\x90",
    "\xE2\x80\xAF",
    "\xE2\x81\xA5",
    "\xE2\x81\xAA",
    "\xEF\xBB\xBE",
    "\xE6\x86\x91",
    "\xF0\x9F\x98\x80",
    "~"};

std::string json_text_of(std::string_view value) {
    JsonText out;
    out.text(value);
    return out.str();
}

} // namespace

TEST_CASE("terminal text: nothing but printable() and our own words make it", "[text]") {
    static_assert(std::is_constructible_v<TerminalText, const char(&)[4]>);
    static_assert(!std::is_constructible_v<TerminalText, char(&)[4]>);
    static_assert(!std::is_constructible_v<TerminalText, std::string>);
    static_assert(!std::is_constructible_v<TerminalText, std::string, int>);
    static_assert(!std::is_convertible_v<std::string, TerminalText>);
    static_assert(!std::is_constructible_v<TerminalText, std::string_view>);
    static_assert(!std::is_constructible_v<TerminalText, const char*>);
    static_assert(!std::is_assignable_v<TerminalText&, std::string>);
    using Words = decltype("a" + printable("b") + "c");
    static_assert(std::is_same_v<Words, TerminalText>);
    using Mixed = decltype(std::string("a") + printable("b"));
    static_assert(std::is_same_v<Mixed, std::string>);
    static_assert(std::is_same_v<decltype(printable("b") + std::string("a")), std::string>);
    auto text = "rdpsweep: " + printable("\x1b[2J") + ", " + printable(-12) + "\n";
    text += printable(std::size_t{7});
    CHECK(text == "rdpsweep: \\x1B[2J, -12\n7");
    CHECK(TerminalText("ab").pad(2).str() == "ab  ");
    CHECK(TerminalText("ab  ").trim_end().str() == "ab");
    CHECK(TerminalText("  ").trim_end().empty());
    CHECK(printable("a\x07").first(2).str() == "a\\");
}

TEST_CASE("terminal text: lines stay lines, and what is in them is made fit", "[text]") {
    CHECK(printable_lines("a\n\x1b[2J\r\n\nb") == "a\n\\x1B[2J\\x0D\n\nb");
    CHECK(printable_lines("\xC2\n\x9B") == "\\xC2\n\\x9B"); // no character across lines
    CHECK(printable_lines("").empty());
    CHECK(printable_lines("\n") == "\n");
    const auto once = printable_lines("x\t\xE2\x80\xAEy\nz");
    CHECK(printable_lines(once) == once);
}

TEST_CASE("terminal text: JSON holds nothing that a terminal acts on", "[text][json]") {
    for (const auto& [bytes, escaped] : disturbing) {
        INFO(escaped);
        const auto value = "a" + bytes + "b" + bytes;
        const auto expected = "\"a" + escaped + "b" + escaped + "\"";
        CHECK(json_text_of(value) == expected);
        CHECK(dump_json(nlohmann::json(value)) == expected);
        CHECK(nlohmann::json::parse(expected) == value);
        CHECK(dump_json({{bytes, 1}}) == "{\"" + escaped + "\":1}");
        CHECK(printable(bytes) != bytes);
        JsonText out;
        out.open_object().key("k").raw("\"" + bytes + "\"").close_object();
        CHECK(out.str() == "{\"k\":\"" + escaped + "\"}");
    }
    for (const auto& bytes : harmless) {
        INFO(bytes);
        CHECK(json_text_of(bytes) == "\"" + bytes + "\"");
        CHECK(dump_json(nlohmann::json(bytes)) == "\"" + bytes + "\"");
        CHECK(printable(bytes) == bytes);
    }
    // A C1 control as a byte of its own is no UTF-8.
    CHECK(json_text_of("\x9B") == "\"\xEF\xBF\xBD\"");
    CHECK(dump_json(nlohmann::json("\x9B")) == "\"\xEF\xBF\xBD\"");
    // Only from a place on: what stands before it was written already.
    std::string from = "\x7F\x7F|\xE2\x80\xAE\xC3\xA9\x7F.";
    escape_for_display(from, 1);
    CHECK(from == "\x7F\\u007f|\\u202e\xC3\xA9\\u007f.");
    // What looks escaped already is not escaped twice, and not taken for an escape.
    CHECK(json_text_of("\\u202e\xE2\x80\xAE\"") == R"("\\u202e\u202e\"")");
}
