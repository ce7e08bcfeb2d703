// The fleet as an inventory file of rdpsweep (docs/inventory.md).
#include "tests/simfleet/fleet.hpp"

#include <array>
#include <cstdio>

namespace simfleet {
namespace {

// One code point of UTF-8 at text[at]; at moves behind it. Broken bytes stand for themselves.
std::uint32_t code_point(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at++]);
    const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    if (more == 0 || text.size() - at < more) return first;
    std::uint32_t point = first & (0x3fu >> more);
    for (unsigned i = 0; i < more; ++i) {
        point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3f);
    }
    return point;
}

// A double-quoted YAML scalar in ASCII (YAML 1.2 section 5.7).
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const auto point = code_point(text, at);
        if (point == '"' || point == '\\') {
            out += '\\';
            out += static_cast<char>(point);
        } else if (point >= 0x20 && point < 0x7f) {
            out += static_cast<char>(point);
        } else {
            std::array<char, 12> escape{};
            std::snprintf(escape.data(), escape.size(), "\\U%08x", point);
            out += escape.data();
        }
    }
    return out + '"';
}

} // namespace

std::string Fleet::inventory_yaml(const InventoryOptions& options) const {
    std::string yaml = "version: 1\ncredentials:\n  fleet: { username: " + in_quotes(options.user) +
                       ", password: { env: " + options.password_env +
                       " } }\ndefaults:\n  route: [winrm]\n  credential: fleet\n";
    // Without an RDP face its VMs are looked at from inside alone.
    yaml += options.rdp_port == 0 ? std::string("  rdp: { outside: false }\n")
                                  : "  rdp: { port: " + std::to_string(options.rdp_port) + " }\n";
    // The fleet's own network is loopback: NTLM may go over HTTP.
    if (options.http_port != 0) {
        yaml += "  winrm: { http_port: " + std::to_string(options.http_port) +
                ", http_fallback: any }\n";
    }
    const auto ssh = "ssh: { port: " + std::to_string(options.ssh_port) + " }";
    const auto ssh_part = [&ssh](Route route) {
        if (route == Route::winrm) return std::string();
        return (route == Route::ssh ? ", route: [ssh], " : ", route: [winrm, ssh], ") + ssh;
    };
    yaml += "targets:\n";
    const auto auth = options.auth.empty() ? std::string() : ", auth: " + options.auth;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
        const auto& plan = plans_[i];
        const bool closed = plan.profile->wire.manner == Manner::refused;
        const auto* filtered = plan.profile->wire.rdp_outside ? "" : ", rdp: { outside: false }";
        yaml += "  - { name: " + in_quotes(plan.name) + ", address: " + address_of(i) + filtered +
                ", winrm: { port: " + std::to_string(closed ? options.closed_port : options.port) +
                auth + " }" + ssh_part(route(i, options)) + ", tags: { env: " + plan.environment +
                ", role: " + plan.role + ", build: \"" + std::to_string(plan.build) + "\" } }\n";
    }
    return yaml;
}

} // namespace simfleet
