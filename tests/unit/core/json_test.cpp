#include "core/json.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;

TEST_CASE("parse_json: a document is read as it is", "[json]") {
    const auto parsed = parse_json(R"({"a":[1,-2,{"b":null}],"c":"\u00fc"})", Phase::decode);
    REQUIRE(parsed);
    CHECK((*parsed)["a"][2]["b"].is_null());
    CHECK((*parsed)["c"] == "\xC3\xBC");
}

TEST_CASE("parse_json: what is not one strict document is refused", "[json]") {
    for (const auto* bad : {"", "{", "{}{}", "[1,]", "{'a':1}", "nul", "{\"a\":1 /* */}", "NaN"}) {
        INFO(bad);
        const auto parsed = parse_json(bad, Phase::decode);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code() == Errc::malformed_output);
    }
}

TEST_CASE("parse_json: a key given twice is an error, not a choice", "[json]") {
    const auto parsed = parse_json(R"({"x":{"a":1,"a":2}})", Phase::decode);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().detail().find("twice") != std::string_view::npos);
}

TEST_CASE("parse_json: depth, size and count are bounded", "[json]") {
    JsonLimits limits;
    limits.depth = 4;
    CHECK(parse_json("[[[[]]]]", Phase::decode, limits));
    const auto deep = parse_json("[[[[[]]]]]", Phase::decode, limits);
    REQUIRE_FALSE(deep);
    CHECK(deep.error().code() == Errc::output_limit);
    // A parser that recursed would not survive this one.
    CHECK_FALSE(parse_json(std::string(1'000'000, '['), Phase::decode));
    limits.nodes = 3;
    CHECK_FALSE(parse_json("[1,2,3]", Phase::decode, limits));
    limits.bytes = 2;
    CHECK_FALSE(parse_json("[1]", Phase::decode, limits));
}

TEST_CASE("dump_json: bytes that are not UTF-8 do not throw", "[json]") {
    CHECK(dump_json(nlohmann::json("\xFF")) == "\"\xEF\xBF\xBD\"");
}
