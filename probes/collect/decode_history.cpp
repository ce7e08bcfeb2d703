// Decodes who manages the VM and what happened on it: /gp, /evt, /hs.
#include "core/encoding.hpp"
#include "probes/collect/decode_groups.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::facts_json {
namespace {

constexpr std::size_t max_field_text = std::size_t{16} * 1024;

Event read_event(const JsonReader& element) {
    Event event;
    event.provider = element.at("prov").text();
    event.id = element.at("id").number();
    event.time = element.at("utc").time().value_or(0);
    event.pid = element.at("pid").number();
    element.at("data").each_member(
        max_event_fields,
        [&](const std::string& name, const JsonReader& member) {
            event.data[name] = member.text(max_field_text);
        }
    );
    event.binary = element.at("bin").maybe_hex(max_field_text).value_or(std::string());
    return event;
}

// A word that rules compare with: anything else would silently match none of them.
template <std::size_t size>
std::string read_word(const JsonReader& value, const std::array<std::string_view, size>& known) {
    std::string word = value.text();
    if (std::find(known.begin(), known.end(), word) == known.end()) {
        value.wrong("is none of the words it may be");
    }
    return word;
}

NlaFacts read_nla(const JsonReader& element) {
    NlaFacts nla;
    nla.computer = element.at("computer").text();
    nla.domain = element.at("domain").text();
    nla.dns_computer = element.at("dns").text();
    nla.dns_domain = element.at("dns_domain").text();
    nla.build = element.at("build").number();
    nla.utc = element.at("utc").time().value_or(0);
    return nla;
}

// Reads what only our own handshakes have.
void read_outside(const JsonReader& element, HandshakeFacts& facts) {
    constexpr std::size_t max_versions = 8;
    facts.asked_for = element.at("asked").text();
    facts.first_bytes = element.at("first").maybe_hex(64).value_or(std::string());
    facts.bytes_sent = element.at("sent").large_number();
    facts.bytes_received = element.at("rcvd").large_number();
    facts.expected_thumbprint = element.at("want").text();
    if (element.at("plain").present()) facts.plain_rdp = element.at("plain").flag();
    facts.without_tls13 = element.at("no13").flag();
    element.at("matrix").each_member(
        max_versions,
        [&](const std::string& version, const JsonReader& outcome) {
            facts.versions[version] = outcome.text();
        }
    );
    element.at("steps").each_member(
        max_versions,
        [&](const std::string& step, const JsonReader& took) {
            facts.steps_ms[step] = took.number();
        }
    );
    element.at("chain").each(max_versions, [&](const JsonReader& issuer) {
        facts.chain.push_back(
            {issuer.at("thumb").maybe_hex(128).value_or(std::string()), issuer.at("subject").text()}
        );
    });
    if (element.at("nla").present()) facts.nla = read_nla(element.at("nla"));
    facts.nla_failure = element.at("nla_errno").text();
    facts.certificate_der =
        base64_decode(element.at("cert_b64").text(max_blob_text)).value_or(std::string());
}

HandshakeFacts read_handshake(const JsonReader& element) {
    constexpr std::array<std::string_view, 3> origins{"guest", "outside", "tunnel"};
    constexpr std::array<std::string_view, 4> stages{"connect", "x224", "tls", "done"};
    HandshakeFacts facts;
    facts.from = read_word(element.at("from"), origins);
    facts.address = element.at("addr").text();
    facts.stage = read_word(element.at("stage"), stages);
    facts.selected_protocol = element.at("x224").at("proto").dword();
    facts.failure_code = element.at("x224").at("fail").dword();
    facts.tls_version = element.at("tls").text();
    facts.cipher_suite = element.at("suite").text();
    facts.peer_thumbprint = element.at("thumb").maybe_hex(128).value_or(std::string());
    facts.alert = element.at("alert").dword();
    facts.failure = element.at("errno").text();
    facts.took_ms = element.at("ms").number();
    read_outside(element, facts);
    return facts;
}

} // namespace

PolicyFacts read_policy(const JsonReader& group) {
    PolicyFacts facts;
    facts.gpsvc_start = group.at("gpsvc_start").dword();
    facts.registry_pol = group.at("registry_pol").texts(max_names);
    facts.rsop = group.at("rsop").texts(max_names);
    facts.mdm = group.at("mdm").flag();
    facts.dsc = group.at("dsc").flag();
    return facts;
}

EventFacts read_events(const JsonReader& document) {
    EventFacts facts;
    document.at("evt").each(max_events, [&](const JsonReader& element) {
        facts.events.push_back(read_event(element));
    });
    facts.window_hours = document.at("evt_window_h").number();
    facts.oldest_record = document.at("evt_oldest_utc").time();
    facts.until = document.at("evt_until_utc").time();
    return facts;
}

std::vector<HandshakeFacts> read_handshakes(const JsonReader& group) {
    std::vector<HandshakeFacts> handshakes;
    group.each(max_handshakes, [&](const JsonReader& element) {
        handshakes.push_back(read_handshake(element));
    });
    return handshakes;
}

} // namespace rdpsweep::facts_json
