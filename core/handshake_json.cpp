// Puts handshakes into a document that a VM wrote, without taking the rest of it apart.
#include "core/handshake_json.hpp"

#include "core/encoding.hpp"
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

// Takes out that no handshake could be made because only a disk was read: here is one.
void drop_offline(json& facts) {
    const auto unread = facts.find("unread");
    if (unread == facts.end() || !unread->is_array()) return;
    auto kept = json::array();
    for (auto& entry : *unread) {
        const bool gone = entry.is_object() && entry.value("ptr", json()) == "/hs" &&
                          entry.value("why", json()) == "offline";
        if (!gone) kept.push_back(std::move(entry));
    }
    *unread = std::move(kept);
}

} // namespace

Result<std::string>
with_handshakes(std::string_view document, const std::vector<HandshakeFacts>& handshakes) {
    auto facts = document.empty() ? json{{"schema", "facts/1"}, {"unread", json::array()}}
                                  : json::parse(document, nullptr, false);
    if (!facts.is_object()) {
        return Error(Phase::decode, Errc::malformed_output, "the facts are no JSON object");
    }
    auto list = json::array();
    if (facts.contains("hs") && facts["hs"].is_array()) {
        for (auto& own : facts["hs"]) {
            const bool as_guest = own.is_object() && own.value("from", json()) == "guest";
            if (as_guest) list.push_back(std::move(own));
        }
    }
    for (const auto& handshake : handshakes)
        list.push_back(element(handshake));
    facts["hs"] = std::move(list);
    if (!handshakes.empty()) drop_offline(facts);
    return facts.dump(-1, ' ', true, json::error_handler_t::replace);
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
