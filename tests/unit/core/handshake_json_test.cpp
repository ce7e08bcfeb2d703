// Our handshakes among a VM's facts, beside a document that is taken apart and built anew: the
// values are the same, not always their order.
#include "core/handshake_json.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using nlohmann::json;

namespace {

std::vector<HandshakeFacts> two_handshakes() {
    HandshakeFacts first;
    first.from = "outside";
    first.address = "10.0.0.7";
    first.stage = "done";
    first.certificate_der = "not really";
    first.chain = {{"ab", "CN=\xff"}};
    HandshakeFacts second;
    second.from = "tunnel";
    second.stage = "connect";
    second.failure = "refused";
    return {first, second};
}

// Takes the whole document apart.
json rebuilt(const std::string& document, const std::string& ours) {
    auto facts = json::parse(document);
    auto list = json::array();
    if (facts.contains("hs") && facts["hs"].is_array()) {
        for (const auto& own : facts["hs"])
            if (own.is_object() && own.value("from", json()) == "guest") list.push_back(own);
    }
    for (const auto& one : json::parse(ours))
        list.push_back(one);
    facts["hs"] = list;
    return facts;
}

} // namespace

TEST_CASE("handshakes in a document: the rest of it is as it was", "[json]") {
    const auto ours = handshake_list(two_handshakes());
    REQUIRE(json::parse(ours).size() == 2);
    const std::string documents[] = {
        "{}",
        R"({"schema":"facts/1","unread":[]})",
        R"({"a":1})",
        " { } ",
        " { \"a\" : 123456789012345678901 \r\n} ",
        "\xEF\xBB\xBF{\"a\":1,\"hs\":[{\"from\":\"guest\"},{\"from\":\"outside\"}]}",
        R"({"hz":1})",
        R"({"zz":{"b":1,"a":2},"hs":[],"aa":[1.50,"\/"]})",
        R"({"hs":[]})",
        R"({"\u0068\u0073":[{"from":"guest"}],"h":1})",
        R"({"hs":[{"x":"é","from":"guest"},{"from":"outside"},{"from":"tunnel"},7,{"from":1},{}]})",
        R"({"hs":{"from":"guest"}})",
        R"({"hs":null})",
        R"({"hs":"[]"})",
    };
    for (const auto& document : documents) {
        INFO(document);
        const auto merged = with_handshakes(document, ours);
        REQUIRE(merged);
        CHECK(json::parse(*merged) == rebuilt(document, ours));
        CHECK(json::parse(*with_handshakes(document, "[]")) == rebuilt(document, "[]"));
    }
}

TEST_CASE("handshakes in a document: alone, and in what is none", "[json]") {
    const auto ours = handshake_list({two_handshakes()[1]});
    const auto alone = with_handshakes("", ours);
    REQUIRE(alone);
    CHECK(
        *alone == R"({"schema":"facts/1","unread":[],"hs":[{"addr":"","errno":"refused",)"
                  R"("from":"tunnel","ms":0,"rcvd":0,"sent":0,"stage":"connect","x224":{}}]})"
    );
    for (const auto* document : {"[]", "{", "x", "7", "{\"a\":1} x"}) {
        const auto refused = with_handshakes(document, ours);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().detail() == "the facts are no JSON object");
        CHECK(refused.error().code() == Errc::malformed_output);
    }
}
