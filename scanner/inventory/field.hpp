// The values of a target that an inventory may give, as numbers.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace rdpsweep {

// In the order of the table in fields.cpp. The route alone has no row there.
enum class Field : std::uint8_t {
    name,
    address,
    vm,
    credential,
    winrm_port,
    winrm_scheme,
    winrm_http_port,
    winrm_http_fallback,
    winrm_auth,
    winrm_pin,
    winrm_legacy,
    winrm_post_handshake,
    winrm_channel_bindings,
    winrm_spn,
    ssh_port,
    ssh_user,
    ssh_pin,
    ssh_via,
    disk_file,
    disk_snapshot,
    disk_sas_env,
    disk_sas_file,
    disk_sas_systemd,
    rdp_port,
    rdp_outside,
    rdp_thumbprint,
    deadline,
    route,
};

class FieldSet {
public:
    void add(Field field) noexcept { bits_[static_cast<std::size_t>(field)] = true; }

    [[nodiscard]] bool has(Field field) const noexcept {
        return bits_[static_cast<std::size_t>(field)];
    }

private:
    std::bitset<static_cast<std::size_t>(Field::route) + 1> bits_;
};

} // namespace rdpsweep
