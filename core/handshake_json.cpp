// Puts handshakes into a document that a VM wrote, without taking the rest of it apart.
#include "core/handshake_json.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/json_document.hpp"
#include "core/json_piece.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {
namespace {

using nlohmann::json;

void put(json& object, const char* key, const Dword& number) {
    if (number) object[key] = *number;
}

void put(json& object, const char* key, const std::string& text) {
    if (!text.empty()) object[key] = to_valid_utf8(text);
}

json nla_object(const NlaFacts& nla) {
    json object{{"build", nla.build}};
    put(object, "computer", nla.computer);
    put(object, "domain", nla.domain);
    put(object, "dns", nla.dns_computer);
    put(object, "dns_domain", nla.dns_domain);
    if (nla.utc != 0) object["utc"] = to_iso8601(nla.utc);
    return object;
}

json element(const HandshakeFacts& facts) {
    json x224 = json::object();
    put(x224, "proto", facts.selected_protocol);
    put(x224, "fail", facts.failure_code);
    json object{
        {"from", facts.from},
        {"addr", facts.address},
        {"stage", facts.stage},
        {"x224", std::move(x224)},
        {"errno", facts.failure},
        {"ms", facts.took_ms},
        {"sent", facts.bytes_sent},
        {"rcvd", facts.bytes_received}};
    put(object, "tls", facts.tls_version);
    put(object, "suite", facts.cipher_suite);
    put(object, "thumb", facts.peer_thumbprint);
    put(object, "alert", facts.alert);
    put(object, "asked", facts.asked_for);
    put(object, "first", facts.first_bytes);
    put(object, "want", facts.expected_thumbprint);
    if (facts.plain_rdp) object["plain"] = *facts.plain_rdp;
    if (facts.without_tls13) object["no13"] = true;
    if (!facts.certificate_der.empty()) object["cert_b64"] = base64_encode(facts.certificate_der);
    if (!facts.versions.empty()) object["matrix"] = facts.versions;
    if (!facts.steps_ms.empty()) object["steps"] = facts.steps_ms;
    for (const auto& issuer : facts.chain) {
        object["chain"].push_back(
            {{"thumb", issuer.thumbprint}, {"subject", to_valid_utf8(issuer.subject)}}
        );
    }
    if (facts.nla) object["nla"] = nla_object(*facts.nla);
    put(object, "nla_errno", facts.nla_failure);
    return object;
}

// Returns those elements of a VM's own list that it made as guest, each with a comma behind it.
std::string guests_in(std::string_view list) {
    std::string guests;
    const auto read = JsonDocument::read(std::string(list), Phase::decode);
    if (!read) return guests;
    read->root().each([&](JsonValue own) {
        const auto from = own.find("from");
        if (from && from->text() == "guest") guests += own.written() + ",";
    });
    return guests;
}

// Puts a list's elements, and a comma behind them, before those of another.
std::string joined(std::string_view elements, std::string_view list) {
    const bool nothing = list == "[]";
    std::string all = "[";
    all += nothing ? elements.substr(0, elements.size() - 1) : elements;
    return all.append(list.substr(1));
}

// Puts the handshakes into document; false when it is no object that can be read piece by piece.
bool put_handshakes(std::string& document, std::string_view ours) {
    const auto own = json_piece(document, {"hs"});
    if (!own) return false;
    if (!own->empty()) {
        const auto at = static_cast<std::size_t>(own->data() - document.data());
        document.replace(at, own->size(), joined(guests_in(*own), ours));
        return true;
    }
    const auto end = document.find_last_of('}');
    const bool first = document[document.find_last_not_of(" \t\r\n", end - 1)] == '{';
    document.insert(end, (first ? "\"hs\":" : ",\"hs\":") + std::string(ours));
    return true;
}

// Takes out that no handshake could be made because only a disk was read: here is one. Of a running
// VM nothing is read a second time for that.
std::string without_offline(std::string document) {
    if (document.find("\"offline\"") == std::string::npos) return document;
    auto facts = json::parse(document, nullptr, false);
    const auto unread = facts.is_object() ? facts.find("unread") : facts.end();
    if (!facts.is_object() || unread == facts.end() || !unread->is_array()) return document;
    auto kept = json::array();
    for (auto& entry : *unread) {
        const bool gone = entry.is_object() && entry.value("ptr", json()) == "/hs" &&
                          entry.value("why", json()) == "offline";
        if (!gone) kept.push_back(std::move(entry));
    }
    *unread = std::move(kept);
    return facts.dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace

std::string handshake_list(const std::vector<HandshakeFacts>& handshakes) {
    auto list = json::array();
    for (const auto& handshake : handshakes)
        list.push_back(element(handshake));
    return list.dump(-1, ' ', true, json::error_handler_t::replace);
}

Result<std::string> with_handshakes(std::string document, std::string_view ours) {
    if (document.empty()) document = R"({"schema":"facts/1","unread":[]})";
    if (ours != "[]") document = without_offline(std::move(document));
    if (put_handshakes(document, ours)) return document;
    // Taken by one parser and not by the other: a byte order mark before it, a NUL behind it.
    const auto tree = parse_json(document, Phase::decode);
    auto plain = tree ? dump_json(*tree) : std::string();
    if (put_handshakes(plain, ours)) return plain;
    return Error(Phase::decode, Errc::malformed_output, "the facts are no JSON object");
}

Result<std::string> with_inventory(std::string_view document, const std::string& thumbprint) {
    auto facts = json::parse(document, nullptr, false);
    if (!facts.is_object()) {
        return Error(Phase::decode, Errc::malformed_output, "the facts are no JSON object");
    }
    facts.erase("inventory");
    if (!thumbprint.empty()) facts["inventory"] = {{"rdp_thumb", to_valid_utf8(thumbprint)}};
    return facts.dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace rdpsweep
