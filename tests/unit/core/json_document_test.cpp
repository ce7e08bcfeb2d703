// Documents as simdjson reads them, beside what the parser of trees takes.
#include "core/json_document.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <limits>

using namespace rdpsweep;

namespace {

Result<JsonDocument> read(const std::string& json) {
    return JsonDocument::read(json, Phase::decode);
}

std::string nested(std::size_t levels, char opens, char closes) {
    return std::string(levels, opens) + std::string(levels, closes);
}

std::string error_of(const std::string& json, const JsonLimits& limits = {}) {
    const auto document = JsonDocument::read(json, Phase::decode, limits);
    REQUIRE_FALSE(document);
    return std::string(document.error().detail()) + ", " +
           std::string(to_string(document.error().code()));
}

} // namespace

TEST_CASE("json document: takes what the parser of trees takes, and nothing else", "[json]") {
    const std::string documents[] = {
        "",
        " ",
        "0",
        "-0",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1.5",
        "1e5",
        "1E+5",
        "1e-5",
        "1e",
        "1e+",
        "1e999",
        "-1e999",
        "1e-999",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "0x1",
        "1 2",
        "true",
        "false",
        "null",
        "nul",
        "True",
        "nan",
        "\"\"",
        "\"a\"",
        "\"a",
        "\"",
        "\"\\\"",
        "\"\\\\\"",
        "\"\\/\\b\\f\\n\\r\\t\"",
        "\"\\x\"",
        "\"\\u\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\u00e9\"",
        "\"\\u00E9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\n\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",
        "\"\\u0000\"",
        "\"\x1f\"",
        "\"\t\"",
        "\"\x7f\"",
        "\"é\"",
        "\"\xff\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\"😀\"",
        "[]",
        "[1]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "]",
        "[1}",
        "{}",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1]",
        "{\"a\":1",
        "{\"a\":1,\"b\":2}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\x\":1}",
        "{\"\xff\":1}",
        "{\"x\":{\"a\":1},\"y\":{\"a\":1}}",
        "{\"x\":[{\"b\":1,\"a\":1,\"b\":2}]}",
        "{\"\":1,\"a\\u0000b\":2,\"a\":3}",
        " { \"a\" : [ 1 , { } ] } ",
        "{}{}",
        "{} x",
        std::string("{}\0x", 4),
        "\xEF\xBB\xBF{}",
        nested(32, '[', ']'),
        nested(33, '[', ']'),
        "{\"a\":" + nested(31, '[', ']') + "}",
        "{\"a\":" + nested(32, '[', ']') + "}",
        nested(100'000, '[', ']'),
        std::string(100'000, '['),
        std::string(300, '9'),
        std::string(400, '9'),
        "-" + std::string(400, '9'),
    };
    for (const auto& document : documents) {
        INFO(document.substr(0, 80));
        const auto tree = parse_json(document, Phase::decode);
        const auto values = read(document);
        REQUIRE(values.has_value() == tree.has_value());
        if (!tree) {
            CHECK(values.error().detail() == tree.error().detail());
            CHECK(values.error().code() == tree.error().code());
        } else {
            CHECK(nlohmann::json::parse(values->root().written()) == *tree);
        }
    }
}

TEST_CASE("json document: what is wrong is told with its place or its name", "[json]") {
    CHECK(error_of(R"({"a":["x"})") == "not JSON at byte 10, malformed_output");
    CHECK(error_of(R"({"a":["x"]} y)") == "not JSON at byte 13, malformed_output");
    CHECK(error_of("\"\xff\"") == "not JSON at byte 2, malformed_output");
    CHECK(error_of(R"([{"a":1,"a":2}])") == "the key is given twice: a, malformed_output");
    CHECK(error_of(nested(33, '[', ']')) == "nested deeper than 32, output_limit");
    CHECK(error_of("[1,2,3]", {.nodes = 3}) == "more than 3 values, output_limit");
    CHECK(error_of("[1]", {.bytes = 2}) == "JSON of more than 2 bytes, output_limit");
}

TEST_CASE("json document: limits are exact", "[json]") {
    CHECK(JsonDocument::read("[1,2,3]", Phase::decode, {.nodes = 4}));
    CHECK(JsonDocument::read("[[1]]", Phase::decode, {.depth = 2}));
    CHECK(JsonDocument::read("[[]]", Phase::decode, {.depth = 2}));
    CHECK(error_of("[[[]]]", {.depth = 2}) == "nested deeper than 2, output_limit");
    CHECK(JsonDocument::read(nested(64, '[', ']'), Phase::decode, {.depth = 64}));
    CHECK_FALSE(JsonDocument::read(nested(65, '[', ']'), Phase::decode, {.depth = 64}));
    CHECK(JsonDocument::read("[1]", Phase::decode, {.bytes = 3}));
}

TEST_CASE("json document: many names are compared as well as few", "[json]") {
    for (const int count : {2, 15, 16, 17, 40}) {
        std::string object = "{\"name\":0";
        for (int i = 1; i < count; ++i)
            object += ",\"name" + std::to_string(i) + "\":0";
        CHECK(read(object + "}"));
        CHECK_FALSE(read(object + ",\"name\":0}"));
        CHECK(error_of(object + ",\"na\\u006de1\":0}").starts_with("the key is given twice: name1,")
        );
        CHECK(read("[" + object + "}," + object + "}]"));
    }
}

TEST_CASE("json document: values are of one kind each", "[json]") {
    const auto document =
        read(R"({"a":[10,18446744073709551615],"b":true,"c":false,"d":null,"e":"é\n\u0000","f":{}})"
        );
    REQUIRE(document);
    const auto root = document->root();
    CHECK(root.is_object());
    CHECK(root.size() == 6);
    const auto list = root.find("a");
    REQUIRE(list);
    CHECK(list->is_array());
    CHECK(list->size() == 2);
    std::vector<std::optional<std::uint64_t>> numbers;
    list->each([&](JsonValue element) { numbers.push_back(element.whole()); });
    CHECK(numbers == decltype(numbers){10, std::numeric_limits<std::uint64_t>::max()});
    CHECK(root.find("b")->flag() == true);
    CHECK(root.find("c")->flag() == false);
    CHECK(root.find("d")->is_null());
    CHECK(root.find("e")->text() == std::string_view("é\n\0", 4));
    CHECK(root.find("f")->is_object());
    CHECK_FALSE(root.find("g"));
    CHECK_FALSE(list->find("a"));
    CHECK_FALSE(list->whole());
    CHECK_FALSE(list->text());
    CHECK_FALSE(list->flag());
    CHECK(root.find("b")->size() == 0);
    std::string members;
    root.each_member([&](std::string_view name, JsonValue) { members += name; });
    CHECK(members == "abcdef");
    list->each_member([](std::string_view, JsonValue) { FAIL("an array has no members"); });
    root.each([](JsonValue) { FAIL("an object has no elements"); });
}

TEST_CASE("json document: numbers that are not whole are none", "[json]") {
    for (const std::string number :
         {"-1", "1.0", "1e1", "0.5", "18446744073709551616", "-9223372036854775809"}) {
        INFO(number);
        const auto document = read("[" + number + "]");
        REQUIRE(document);
        document->root().each([](JsonValue element) { CHECK_FALSE(element.whole()); });
    }
}

TEST_CASE("json document: one is read while another is", "[json]") {
    const auto first = read(R"(["first"])");
    const auto large = read("[\"" + std::string(1'000'000, 'x') + "\"]");
    const auto second = read(R"(["second"])");
    REQUIRE(first);
    REQUIRE(large);
    REQUIRE(second);
    CHECK(first->root().written() == R"(["first"])");
    CHECK(second->root().written() == R"(["second"])");
    CHECK(large->root().written().size() == 1'000'004);
}

TEST_CASE("json document: a text with room behind it is read as one without", "[json]") {
    std::string text = R"({"a":[1,2]})";
    text.shrink_to_fit();
    CHECK(read(text)->root().find("a")->size() == 2);
    text.reserve(text.size() + json_room);
    text += "}]\"";
    text.resize(text.size() - 3); // what is left beyond the end is no part of it
    CHECK(read(text)->root().find("a")->size() == 2);
}
