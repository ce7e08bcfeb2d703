// Holds the look-ups in facts that are more than a member: defaults of Windows, and why something
// is unread.
#include "core/facts.hpp"

#include "core/text.hpp"

namespace rdpsweep {

const Service* ServiceFacts::find(std::string_view name) const noexcept {
    for (const auto& service : services) {
        if (iequals(service.name, name)) return &service;
    }
    return nullptr;
}

std::uint16_t PortFacts::port() const noexcept {
    constexpr std::uint16_t rdp_default = 3389;
    if (!configured_port || *configured_port == 0 || *configured_port > 0xFFFF) return rdp_default;
    return static_cast<std::uint16_t>(*configured_port);
}

std::optional<bool> FirewallProfile::filters() const noexcept {
    const Dword& value = on_policy ? on_policy : on;
    return value ? std::optional(*value != 0) : std::nullopt;
}

Dword SecurityFacts::effective_layer() const noexcept {
    return policy_layer ? policy_layer : layer;
}

Dword SecurityFacts::effective_nla() const noexcept {
    return policy_nla ? policy_nla : nla;
}

Dword SecurityFacts::effective_min_encryption() const noexcept {
    return policy_min_encryption ? policy_min_encryption : min_encryption;
}

const KeyFile* MachineKeysFacts::find(std::string_view name) const noexcept {
    for (const auto* folder : {&files, &cng_files}) {
        for (const auto& file : *folder) {
            if (iequals(file.name, name)) return &file;
        }
    }
    return nullptr;
}

const Unread* Facts::why_unread(std::string_view pointer) const noexcept {
    for (const auto& entry : unread) {
        const std::string_view covered = entry.pointer;
        if (!pointer.starts_with(covered)) continue;
        if (pointer.size() == covered.size() || pointer[covered.size()] == '/') return &entry;
    }
    return nullptr;
}

const HandshakeFacts* Facts::handshake_from(std::string_view from) const noexcept {
    if (!handshakes) return nullptr;
    for (const auto& handshake : *handshakes) {
        if (handshake.from == from) return &handshake;
    }
    return nullptr;
}

} // namespace rdpsweep
