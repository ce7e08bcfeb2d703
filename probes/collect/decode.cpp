// Decodes a whole facts/1 document; decode_groups.hpp has the readers of its parts.
#include "probes/collect/decode.hpp"

#include "core/foreign_text.hpp"
#include "core/json_document.hpp"
#include "probes/collect/certificate.hpp"
#include "probes/collect/decode_groups.hpp"
#include "probes/collect/key_file_name.hpp"

#include <iterator>
#include <utility>

namespace rdpsweep {
namespace {

using facts_json::max_unread;

std::vector<Unread> read_unread(const JsonReader& list) {
    std::vector<Unread> entries;
    list.each(max_unread, [&](const JsonReader& element) {
        entries.push_back(Unread{
            facts_json::canonical_pointer(element.at("ptr").text()),
            element.at("why").text(),
            element.at("code").text()});
    });
    return entries;
}

Errc code_of(std::string_view why) noexcept {
    if (why == "denied") return Errc::access_denied;
    if (why == "timeout") return Errc::timed_out;
    if (why == "error") return Errc::nonzero_exit;
    return Errc::unsupported; // absent, unsupported, skipped and whatever a later collector says
}

Error reason(const Facts& facts, const std::string& pointer) {
    const Unread* entry = facts.why_unread(pointer);
    if (entry == nullptr) {
        return {Phase::decode, Errc::unsupported, "the collector does not report " + pointer};
    }
    return Error(
               Phase::decode,
               code_of(entry->why),
               pointer + " was not read: " + foreign_text(entry->why, 40)
    )
        .with_native(foreign_text(entry->code, 40));
}

// The documents' groups, each either read or with the reason why not.
class Groups {
public:
    Groups(const JsonReader& document, const Facts& facts, std::string_view source)
        : document_(document), facts_(facts), source_(source) {}

    // Reads the group at key with read(group).
    template <class T, class Read>
    void observe(std::string_view key, Observed<T>& group, const Read& read) const {
        const JsonReader value = document_.at(key);
        observe_if(value.present(), value.pointer(), group, [&] { return read(value); });
    }

    template <class T, class Read>
    void observe_if(bool present, const std::string& pointer, Observed<T>& group, const Read& read)
        const {
        group.source = source_;
        if (present) {
            group.value = read();
        } else {
            group.why_not = reason(facts_, pointer);
        }
    }

private:
    const JsonReader& document_;
    const Facts& facts_;
    std::string_view source_;
};

void read_groups(const JsonReader& document, std::string_view source, Facts& facts) {
    using namespace facts_json;
    const Groups groups(document, facts, source);
    groups.observe("collector", facts.collector, read_collector);
    groups.observe("os", facts.os, read_os);
    groups.observe("svc", facts.services, read_services);
    groups.observe("listener", facts.rdp_port, read_listener);
    groups.observe("sec", facts.security, read_security);
    groups.observe("tls", facts.schannel, read_schannel);
    groups.observe("keys", facts.machine_keys, read_keys);
    groups.observe("gp", facts.group_policy, read_policy);
    groups.observe("pending", facts.pending, read_pending);
    groups.observe("sessions", facts.sessions, read_sessions);
    groups.observe("hs", facts.handshakes, read_handshakes);
    groups.observe("disk", facts.disk, read_disk);
    groups.observe("evt", facts.events, [&](const JsonReader&) { return read_events(document); });
    const std::string guid = facts.os ? facts.os->machine_guid : std::string();
    groups.observe("cert", facts.rdp_certificate, [&](const JsonReader& group) {
        return read_certificates(group, guid);
    });
    const bool console = document.at("ems").present() || document.at("crash").present();
    groups.observe_if(console, "/ems", facts.console, [&] { return read_console(document); });
    if (facts.machine_keys) facts.machine_keys.value->expected = rdp_key_file_name(guid);
    constexpr std::size_t longest_hash = 128;
    facts.inventory_thumbprint =
        document.at("inventory").at("rdp_thumb").maybe_hex(longest_hash).value_or("");
    parse_served(facts);
}

} // namespace

Result<Facts>
decode_facts(const std::string& json, std::string_view source, std::int64_t received_at) {
    const auto read = JsonDocument::read(json, Phase::decode);
    if (!read) return read.error();
    DocumentProblem problem;
    const JsonReader document(read->root(), problem);
    const std::string schema = document.at("schema").text();
    if (problem.first()) return *problem.first();
    if (schema != "facts/1") {
        return Error(
            Phase::decode,
            Errc::malformed_output,
            "facts: /schema is \"" + foreign_text(schema, 40) + "\", not \"facts/1\""
        );
    }
    Facts facts;
    facts.received_at = received_at;
    facts.unread = read_unread(document.at("unread"));
    read_groups(document, source, facts);
    if (problem.first()) return *problem.first();
    return facts;
}

Status add_handshakes(Facts& facts, std::string_view ours) {
    const auto read = JsonDocument::read(R"({"hs":)" + std::string(ours) + "}", Phase::decode);
    if (!read) return read.error();
    DocumentProblem problem;
    auto added = facts_json::read_handshakes(JsonReader(read->root(), problem).at("hs"));
    auto& all = facts.handshakes.value ? *facts.handshakes.value : facts.handshakes.value.emplace();
    std::erase_if(all, [](const HandshakeFacts& handshake) { return handshake.from != "guest"; });
    all.insert(
        all.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end())
    );
    if (all.size() > facts_json::max_handshakes)
        problem.note(
            Errc::output_limit,
            "/hs",
            "holds more than " + std::to_string(facts_json::max_handshakes) + " elements"
        );
    if (problem.first()) return *problem.first();
    facts.handshakes.why_not.reset();
    parse_served(facts);
    return {};
}

} // namespace rdpsweep
