// Writes requests and reads answers of the agent, and puts its keys in the order in which to try
// them.
#include "transports/ssh/agent_wire.hpp"

#include "transports/ssh/known_hosts.hpp"
#include "transports/ssh/wire.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

// draft-miller-ssh-agent section 6.1
constexpr std::uint8_t request_identities = 11;
constexpr std::uint8_t identities_answer = 12;
constexpr std::uint8_t sign_request = 13;
constexpr std::uint8_t sign_response = 14;
constexpr std::uint32_t most_keys = 256;

int preference(const AgentKey& key) {
    const auto type = key_type(key.blob);
    if (type == "ssh-ed25519") return 0;
    if (type.starts_with("ecdsa-sha2-nistp")) return 1;
    return type == "ssh-rsa" ? 2 : 3;
}

// Returns what to ask of the agent for the signature that data (RFC 4252 section 7) names: an RSA
// key has three ways to sign.
std::uint32_t flags_for(std::string_view data) {
    WireReader reader(data);
    (void)reader.text(); // session
    (void)reader.byte(); // message
    for (int i = 0; i < 3; ++i)
        (void)reader.text(); // user, service, "publickey"
    (void)reader.byte();     // with a signature
    const auto algorithm = reader.text();
    if (algorithm == "rsa-sha2-256") return 2;
    return algorithm == "rsa-sha2-512" ? 4 : 0;
}

} // namespace

std::string agent_list_request() {
    return wire_text(std::string(1, static_cast<char>(request_identities)));
}

std::string agent_sign_request(std::string_view blob, std::string_view data) {
    return wire_text(
        std::string(1, static_cast<char>(sign_request)) + wire_text(blob) + wire_text(data) +
        wire_number(flags_for(data))
    );
}

std::optional<std::vector<AgentKey>> read_agent_keys(std::string_view answer) {
    WireReader reader(answer);
    if (reader.byte() != identities_answer) return {};
    const auto count = reader.number();
    if (!count || *count > most_keys) return {};
    std::vector<AgentKey> keys;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto blob = reader.text();
        const auto comment = reader.text();
        if (!blob || !comment) return {};
        keys.push_back({std::string(*blob), std::string(*comment)});
    }
    // Certificates and hardware keys, which libssh2 1.10 does not know.
    std::erase_if(keys, [](const AgentKey& key) { return preference(key) == 3; });
    std::stable_sort(keys.begin(), keys.end(), [](const AgentKey& a, const AgentKey& b) {
        return preference(a) < preference(b);
    });
    return keys;
}

std::optional<std::string> read_agent_signature(std::string_view answer) {
    WireReader reader(answer);
    if (reader.byte() != sign_response) return {};
    const auto whole = reader.text();
    if (!whole) return {};
    WireReader inner(*whole);
    const auto algorithm = inner.text();
    const auto signature = inner.text();
    if (!algorithm || !signature) return {};
    return std::string(*signature);
}

} // namespace rdpsweep::ssh
