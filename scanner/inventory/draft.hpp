// One target while it is being read: its values, and which of them were really given (so that
// defaults do not overrule them).
#pragma once

#include "core/target.hpp"
#include "scanner/talk/problems.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

enum class Field : std::uint32_t {
    route = 1,
    credential = 2,
    deadline = 4,
    rdp_port = 8,
    rdp_outside = 1 << 16,
    winrm_port = 16,
    winrm_auth = 32,
    winrm_channel_bindings = 64,
    winrm_spn = 128,
    winrm_pin = 256,
    winrm_legacy = 512,
    winrm_scheme = 1024,
    winrm_http_port = 2048,
    winrm_http_fallback = 4096,
    winrm_post_handshake = 8192,
    ssh_port = 1048576,
    ssh_user = 2097152,
    ssh_pin = 4194304,
    ssh_via = 8388608,
};

class FieldSet {
public:
    void add(Field field) noexcept { bits_ |= static_cast<std::uint32_t>(field); }

    [[nodiscard]] bool has(Field field) const noexcept {
        return (bits_ & static_cast<std::uint32_t>(field)) != 0;
    }

private:
    std::uint32_t bits_ = 0;
};

struct TargetDraft {
    Target target;
    FieldSet given;
};

// Each sets one member from a user's text, or says what is wrong with it and leaves it alone.
using Complaint = std::optional<Mistake>;
Complaint set_name(TargetDraft& draft, std::string_view text);
Complaint set_address(TargetDraft& draft, std::string_view text);
Complaint set_vm(TargetDraft& draft, std::string_view text);
Complaint set_route(
    TargetDraft& draft,
    const std::vector<std::string>& route,
    std::span<const std::string_view> transports
);
Complaint set_credential(TargetDraft& draft, std::string_view name);
Complaint set_deadline(TargetDraft& draft, std::string_view text);
Complaint set_rdp_port(TargetDraft& draft, std::string_view text);
Complaint set_rdp_outside(TargetDraft& draft, std::string_view text);
Complaint set_rdp_thumbprint(TargetDraft& draft, std::string_view text);
Complaint set_winrm_port(TargetDraft& draft, std::string_view text);
Complaint set_winrm_scheme(TargetDraft& draft, std::string_view text);
Complaint set_winrm_http_port(TargetDraft& draft, std::string_view text);
Complaint set_winrm_http_fallback(TargetDraft& draft, std::string_view text);
Complaint set_winrm_auth(TargetDraft& draft, std::string_view text);
Complaint set_winrm_spn(TargetDraft& draft, std::string_view text);
Complaint set_winrm_pin(TargetDraft& draft, std::string_view text);
Complaint set_winrm_post_handshake(TargetDraft& draft, std::string_view text);
Complaint set_winrm_legacy(TargetDraft& draft, std::string_view text);
Complaint set_channel_bindings(TargetDraft& draft, std::string_view text);
Complaint set_ssh_port(TargetDraft& draft, std::string_view text);
Complaint set_ssh_user(TargetDraft& draft, std::string_view text);
Complaint set_ssh_via(TargetDraft& draft, std::string_view name);
Complaint set_ssh_pin(TargetDraft& draft, std::string_view text);
Complaint set_tag(TargetDraft& draft, std::string_view key, std::string_view value);

// A name is known by now or follows from the address; an address unless an ARM id stands for it.
// Sets Target::id. Call it last.
Complaint finish(TargetDraft& draft);

// true, false, yes, no, on, off.
std::optional<bool> parse_boolean(std::string_view text);

// Fills what target did not give from defaults: values, and tags it lacks. Then what neither gave
// follows from the rest: the scheme from the port, the port from the scheme.
void apply_defaults(Target& target, FieldSet given, const TargetDraft& defaults);

} // namespace rdpsweep
