// Each escape by itself: what it means, how long it is, and where it is cut off.
#include "core/entities.hpp"
#include "core/escapes.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

struct Row {
    EscapeReader reader;
    std::string_view text;
    std::size_t length; // 0: no escape
    char32_t value;
};

constexpr Row rows[] = {
    {read_percent, "%41B", 3, 'A'},
    {read_percent, "%u00e4B", 6, 0xE4},
    {read_percent, "%4gx", 0, 0},
    {read_percent, "+x", 0, 0},
    {read_form, "+x", 1, ' '},
    {read_form, "%2b", 3, '+'},
    {read_entity, "&amp;x", 5, '&'},
    {read_entity, "&ampx=", 4, '&'},
    {read_entity, "&auml; ", 6, 0xE4},
    {read_entity, "&yuml; ", 6, 0xFF},
    {read_entity, "&#65;", 5, 'A'},
    {read_entity, "&#00065 ", 7, 'A'},
    {read_entity, "&#X41;", 6, 'A'},
    {read_entity, "&#x110000;", 0, 0},
    {read_entity, "& x", 0, 0},
    {read_entity, "&nosuch;", 0, 0},
    {read_backslash, "\\u0041", 6, 'A'},
    {read_backslash, "\\U00000041", 10, 'A'},
    {read_backslash, "\\u{1F511}x", 9, 0x1F511},
    {read_backslash, "\\x4a", 4, 'J'},
    {read_backslash, "\\101", 4, 'A'},
    {read_backslash, "\\0z", 2, 0},
    {read_backslash, "\\/", 2, '/'},
    {read_backslash, "\\n", 2, '\n'},
    {read_backslash, "\\e", 2, 0x1B},
    {read_backslash, "\\ug", 2, 'u'},
    {read_clixml, "_x0041_", 7, 'A'},
    {read_clixml, "_x0041x", 0, 0},
    {read_clixml, "_y", 0, 0},
    {read_quoted, "''x", 2, '\''},
    {read_quoted, "'x", 0, 0},
    {read_quoted, "^&", 2, '&'},
    {read_quoted, "`$", 2, '$'},
    {read_apostrophes, "''x", 2, '\''},
    {read_apostrophes, "%%", 0, 0},
    {read_any, "%41", 3, 'A'},
    {read_any, "_x0041_", 7, 'A'},
    {read_any, "''", 0, 0},
};

} // namespace

TEST_CASE("escapes: what each means", "[secret]") {
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto escape = row.reader(row.text);
        CHECK_FALSE(escape.cut);
        CHECK(escape.length == row.length);
        if (row.length != 0) CHECK(static_cast<std::uint32_t>(escape.value) == row.value);
    }
}

TEST_CASE("escapes: one that ends too early is told as cut off", "[secret]") {
    constexpr std::pair<EscapeReader, std::string_view> cut[] = {
        {read_percent, "%"},
        {read_percent, "%4"},
        {read_percent, "%u004"},
        {read_entity, "&"},
        {read_entity, "&am"},
        {read_entity, "&#6"},
        {read_entity, "&#x"},
        {read_backslash, "\\"},
        {read_backslash, "\\u00"},
        {read_backslash, "\\x4"},
        {read_clixml, "_x0041"},
        {read_clixml, "_"},
        {read_quoted, "^"},
        {read_backslash, "\\u{1"}};
    for (const auto& [reader, text] : cut) {
        CAPTURE(text);
        CHECK(reader(text).cut);
    }
}

TEST_CASE("entity: names differ by case", "[secret]") {
    CHECK(entity("Auml") == U'\u00C4');
    CHECK(entity("auml") == U'\u00E4');
    CHECK(entity("nbsp") == U'\u00A0');
    CHECK_FALSE(entity("AUML"));
}
