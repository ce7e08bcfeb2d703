// What is judged and stored of a document with our handshakes, beside the long way: the document is
// taken apart, put together with them and decoded again.
#include "core/handshake_json.hpp"
#include "core/outcome_json.hpp"
#include "probes/collect/cert_blob.hpp"
#include "probes/collect/decode.hpp"
#include "scanner/engine/assessment.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <random>

using namespace rdpsweep;
using nlohmann::json;

namespace {

using Handshakes = std::vector<HandshakeFacts>;

json golden(const std::string& name) {
    std::ifstream file(RDPSWEEP_SOURCE_DIR "/tests/golden/facts/" + name, std::ios::binary);
    return json::parse(file);
}

Handshakes ours_of(const json& document) {
    const auto facts = decode_facts(document.dump(), "winrm", 0);
    REQUIRE(facts);
    HandshakeFacts done;
    done.from = "outside";
    done.address = "10.0.0.7";
    done.stage = "done";
    done.selected_protocol = 2;
    done.tls_version = "1.3";
    done.peer_thumbprint = facts->rdp_certificate->store.at(0).key_name;
    done.certificate_der = parse_cert_blob(facts->rdp_certificate->store.at(0).blob)->der;
    done.chain = {{"AB", "CN=\xff"}};
    done.nla = NlaFacts{"WEB-01", "CORP", "web-01.corp", "corp", 17763, 1'790'000'000};
    HandshakeFacts failed;
    failed.from = "tunnel";
    failed.stage = "tls";
    failed.failure = "reset";
    failed.certificate_der = "not a certificate";
    failed.versions = {{"1.2", "ok"}};
    failed.steps_ms = {{"tls", 7}};
    return {done, failed};
}

std::string merged_by_tree(const std::string& document, const Handshakes& ours) {
    auto facts = json::parse(document);
    auto list = json::array();
    for (const auto& own : facts.value("hs", json::array()))
        if (own.value("from", json()) == "guest") list.push_back(own);
    for (const auto& one : json::parse(handshake_list(ours)))
        list.push_back(one);
    facts["hs"] = list;
    return facts.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string shown(const Result<HostResult>& judged) {
    if (!judged)
        return std::string(judged.error().detail()) + " " +
               std::string(to_string(judged.error().code()));
    return to_json(*judged, [](const Message& message) { return message.key; }).dump();
}

std::string by_decoding_again(const std::string& document, const Handshakes& ours) {
    HostResult host;
    host.facts_json = merged_by_tree(document, ours);
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const auto facts = decode_facts(host.facts_json, "winrm", now);
    if (!facts) return shown(facts.error());
    auto judgement = judge(*facts, Policy(), now);
    host.findings = std::move(judgement.findings);
    host.verdict = judgement.verdict;
    host.root_cause = judgement.root_cause;
    host.secondary_causes = judgement.secondary_causes;
    host.fingerprint = judgement.fingerprint;
    host.source = Source::vm;
    return shown(host);
}

std::string by_assessment(const std::string& document, const Handshakes& ours) {
    Assessment assessment;
    auto added = assessment.add_document(document, "winrm");
    if (!added) return shown(std::move(added).error());
    for (const auto& one : ours)
        assessment.add_handshake(one);
    HostResult host;
    auto judged = assessment.judge_into(host, Policy());
    if (!judged) return shown(std::move(judged).error());
    return shown(host);
}

// Both read the clock: they are compared within one second of it.
void check_alike(const std::string& document, const Handshakes& ours) {
    std::string expected;
    std::string found;
    for (std::time_t began = 0; began != std::time(nullptr);) {
        began = std::time(nullptr);
        expected = by_decoding_again(document, ours);
        found = by_assessment(document, ours);
    }
    CHECK(found == expected);
}

// Writes JSON as strangers do: members in any order, blanks and escapes where they are allowed.
class OddWriter {
public:
    explicit OddWriter(unsigned seed) : random_(seed) {}

    std::string write(const json& value) {
        if (value.is_object()) return list(members(value), '{', '}');
        if (value.is_array()) {
            std::vector<std::string> elements;
            for (const auto& element : value)
                elements.push_back(write(element));
            return list(elements, '[', ']');
        }
        return value.is_string() ? text(value.get<std::string>()) : value.dump();
    }

private:
    bool now_and_then(unsigned one_in) { return random_() % one_in == 0; }

    std::string blank() {
        return now_and_then(9) ? std::string(1, " \t\r\n"[random_() % 4]) : std::string();
    }

    std::vector<std::string> members(const json& object) {
        std::vector<std::string> all;
        for (const auto& [name, value] : object.items())
            all.push_back(text(name) + blank() + ":" + write(value));
        if (now_and_then(2)) std::shuffle(all.begin(), all.end(), random_);
        return all;
    }

    std::string list(const std::vector<std::string>& parts, char opens, char closes) {
        auto text = blank() + opens + blank();
        for (const auto& part : parts)
            text += (&part == parts.data() ? "" : ",") + blank() + part + blank();
        return text + closes + blank();
    }

    std::string text(const std::string& value) {
        const bool ascii = now_and_then(2);
        const auto plain = json(value).dump(-1, ' ', ascii);
        if (!now_and_then(3)) return plain;
        std::string odd;
        for (const char c : plain) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned char>(c));
            const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
            // In an escape already, nothing may be escaped.
            odd += letter && plain.find('\\') == plain.npos && now_and_then(4) ? escape
                                                                               : std::string(1, c);
        }
        return odd;
    }

    std::mt19937 random_;
};

const json odd_members = {
    {"zzz",
     {{"ü", "日本"}, {"a/b", "c:\\d\te\"f/"}, {"n", {-1, 0, 1.5, 1e300, 18446744073709551615u}}}},
    {"", json::object()},
    {"gu\u0007", json::array({nullptr, true, json::array()})},
    {"ht", "😀"}};

} // namespace

TEST_CASE(
    "assessment: a document with handshakes is stored and judged as if read again", "[assessment]"
) {
    const json guest{{"from", "guest"}, {"stage", "tls"}, {"errno", "é\x7f"}};
    const json boast{{"from", "outside"}, {"stage", "done"}};
    const json lists[] = {
        json::array(),
        json::array({guest}),
        json::array({boast}),
        json::array({guest, boast, guest}),
        json::array({boast, boast, guest})};
    for (const auto& name : {"healthy-2019-de.json", "broken-2012r2-key-acl.json"}) {
        const auto whole = golden(name);
        const auto ours = ours_of(whole);
        for (unsigned seed = 0; seed < 12; ++seed) {
            INFO(name << " " << seed);
            auto document = whole;
            if (seed % 2 == 0) document.update(odd_members);
            if (seed % 6 == 5) document.erase("hs");
            if (seed % 6 < 5) document["hs"] = lists[seed % 6];
            if (seed % 4 == 3) document.erase("cert");
            check_alike(OddWriter(seed).write(document), ours);
        }
        check_alike(whole.dump(2), ours);
    }
}

TEST_CASE(
    "assessment: what is stored can be read again, or is refused in the same words", "[assessment]"
) {
    const auto whole = golden("healthy-2019-de.json");
    const auto ours = ours_of(whole);
    const json guest{{"from", "guest"}, {"stage", "tls"}};
    auto full = whole;
    full["hs"] = json::array();
    for (int i = 0; i < 31; ++i)
        full["hs"].push_back(guest);
    CHECK(
        by_assessment(full.dump(), ours) == "facts: /hs holds more than 32 elements output_limit"
    );
    check_alike(full.dump(), ours);
    check_alike(full.dump(), {ours[0]});

    const std::string letters(4'194'000, 'x');
    const json long_text{{"schema", "facts/1"}, {"unread", json::array()}, {"x", letters}};
    CHECK(by_assessment(long_text.dump(), ours) == "JSON of more than 4194304 bytes output_limit");
    check_alike(long_text.dump(), ours);
    const json many{
        {"schema", "facts/1"}, {"unread", json::array()}, {"x", std::vector<int>(499'990)}};
    CHECK(by_assessment(many.dump(), ours) == "more than 500000 values output_limit");

    auto bad = ours;
    bad[1].nla = NlaFacts{"A", "B", "C", "D", 1, std::int64_t{1} << 60};
    bad[0].peer_thumbprint = "no hex";
    CHECK(
        by_assessment(whole.dump(), bad) == "facts: /hs/0/thumb is not hexadecimal malformed_output"
    );
    CHECK(
        by_assessment(whole.dump(), {bad[1]}) ==
        "facts: /hs/0/nla/utc is not a time such as 2026-11-23T03:00:00Z malformed_output"
    );
    bad[1].stage = "elsewhere";
    CHECK(
        by_assessment(whole.dump(), {bad[1]}) ==
        "facts: /hs/0/stage is none of the words it may be malformed_output"
    );
}

TEST_CASE("assessment: documents that are refused with or without handshakes", "[assessment]") {
    const auto ours = ours_of(golden("healthy-2019-de.json"));
    const std::string refused[] = {
        "",
        "{}",
        "[]",
        R"({"schema":"facts/2","unread":[]})",
        R"({"schema":"facts/1","schema":"facts/1","unread":[]})",
        R"({"schema":"facts/1","unread":[],"hs":[],"\u0068s":[]})",
        R"({"schema":"facts/1","unread":[],"hs":[{"from":"guest","from":"outside"}]})",
        R"({"schema":"facts/1","unread":[],"hs":{}})",
        R"({"schema":"facts/1","unread":[],"hs":[7]})",
        R"({"schema":"facts/1","unread":[],"hs":[{"from":"elsewhere","stage":"tls"}]})",
    };
    for (const auto& document : refused) {
        INFO(document);
        Assessment assessment;
        CHECK_FALSE(assessment.add_document(document, "winrm"));
    }
    check_alike(R"({"schema":"facts/1"})", ours);
    check_alike(R"({"schema":"facts/1","unread":[]})", {ours[0]});
}

TEST_CASE("assessment: judged twice, a host is judged alike", "[assessment]") {
    const auto whole = golden("healthy-2019-de.json");
    Assessment assessment;
    REQUIRE(assessment.add_document(whole.dump(), "winrm"));
    for (const auto& one : ours_of(whole))
        assessment.add_handshake(one);
    HostResult first;
    HostResult second;
    REQUIRE(assessment.judge_into(first, Policy()));
    REQUIRE(assessment.judge_into(second, Policy()));
    CHECK(first.facts_json == second.facts_json);
    CHECK(decode_facts(first.facts_json, "", 0)->handshakes->size() == 3);
    CHECK(first.findings.size() == second.findings.size());
}
