// Decodes who manages the VM and what happened on it: /gp, /evt, /hs.
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
