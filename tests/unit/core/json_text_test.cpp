// The JSON that is written without a tree, beside the library's.
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/terminal_text.hpp"
#include "core/unicode.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <limits>

using namespace rdpsweep;

TEST_CASE(
    "json text: every byte is written as the library writes it, and fit for a terminal", "[json]"
) {
    for (int first = 0; first < 256; ++first) {
        for (const std::string_view rest : {"", "a", "\"", "\xC3\xA9", "\x80"}) {
            std::string value = "plain ";
            value += static_cast<char>(first);
            value += rest;
            JsonText out;
            out.text(value);
            const auto parsed = nlohmann::json::parse(out.str());
            INFO(first);
            auto fit = parsed.dump();
            escape_for_display(fit);
            CHECK(fit == out.str());
            CHECK(out.str() == dump_json(nlohmann::json(to_valid_utf8(value))));
        }
    }
}

TEST_CASE("json text: commas stand between members and elements, and nowhere else", "[json]") {
    JsonText out;
    out.open_object();
    out.key("a").open_array().close_array();
    out.key("b").open_array().text("x").number(std::uint64_t{7}).null().close_array();
    out.key("c").open_object().member("d", "e").close_object();
    out.key("f").raw("{\"g\":[]}");
    out.key("h").open_array().open_object().close_object().open_object().close_object();
    out.close_array().close_object();
    CHECK(out.str() == R"({"a":[],"b":["x",7,null],"c":{"d":"e"},"f":{"g":[]},"h":[{},{}]})");
}

TEST_CASE("json text: numbers to their ends", "[json]") {
    JsonText out;
    out.open_array();
    out.number(std::numeric_limits<std::uint64_t>::max());
    out.number(std::numeric_limits<std::int64_t>::min()).close_array();
    CHECK(out.str() == "[18446744073709551615,-9223372036854775808]");
}
