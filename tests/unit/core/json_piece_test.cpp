// Pieces of documents, as they are written.
#include "core/json_document.hpp"
#include "core/json_piece.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

std::string piece_of(std::string json, std::initializer_list<std::string_view> path) {
    const auto piece = json_piece(json, path);
    return piece ? std::string(*piece) : "no way there";
}

} // namespace

TEST_CASE("json piece: a value is returned as it is written", "[json]") {
    const std::string json =
        R"( {"n" : 1.50 ,"t":"a\u0041}" , "o":{ "x" : [ 1, {} ] , "y":null} ,"a":[1,[2]] ,"b":true} )";
    CHECK(piece_of(json, {"n"}) == "1.50");
    CHECK(piece_of(json, {"t"}) == R"("a\u0041}")");
    CHECK(piece_of(json, {"o"}) == R"({ "x" : [ 1, {} ] , "y":null})");
    CHECK(piece_of(json, {"o", "x"}) == "[ 1, {} ]");
    CHECK(piece_of(json, {"o", "y"}) == "null");
    CHECK(piece_of(json, {"a"}) == "[1,[2]]");
    CHECK(piece_of(json, {"b"}) == "true");
    CHECK(piece_of(R"({"\u0061":7})", {"a"}) == "7");
}

TEST_CASE("json piece: no member is another answer than no way there", "[json]") {
    CHECK(piece_of("{}", {"a"}).empty());
    CHECK(piece_of(R"({"a":{}})", {"a", "b"}).empty());
    CHECK(piece_of(R"({"a":{"c":1},"b":2})", {"a", "b"}).empty());
    CHECK(piece_of(R"({"a":7})", {"a", "b"}) == "no way there");
    CHECK(piece_of(R"({"a":null})", {"a", "b"}) == "no way there");
    for (const auto* none : {"", "[]", "7", "{", "{\"a\":1", "{\"a\":1}x"}) {
        INFO(none);
        CHECK(piece_of(none, {"a"}) == "no way there");
    }
    CHECK(piece_of(std::string("{\"a\":1}\0", 8), {"a"}) == "no way there");
}

TEST_CASE("json piece: the view is into the text, whose room it makes", "[json]") {
    std::string json = R"({"a":[1]})";
    json.shrink_to_fit();
    const auto piece = json_piece(json, {"a"});
    REQUIRE(piece);
    CHECK(piece->data() == json.data() + 5);
    CHECK(piece->size() == 3);
    CHECK(json == R"({"a":[1]})");
    CHECK(json.capacity() >= json.size() + json_room);
    std::string large = "{\"a\":\"" + std::string(1'000'000, 'x') + "\"}";
    CHECK(json_piece(large, {"a"})->size() == 1'000'002);
    CHECK(*json_piece(json, {"a"}) == "[1]");
}
