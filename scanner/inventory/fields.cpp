// The table itself.
#include "scanner/inventory/fields.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

namespace read = field_values;

// A part as it is, and a rare one as its owner may use it.
template <class Part>
constexpr Part& opened(Part& part) {
    return part;
}

template <class Part>
Part& opened(Rare<Part>& part) {
    return part.edit();
}

template <class Part>
const Part& opened(const Rare<Part>& part) {
    return *part;
}

// Returns the member of object at the end of a path: target.winrm.port.
template <auto First, auto... Rest, class Object>
constexpr auto& member(Object& object) {
    if constexpr (sizeof...(Rest) == 0)
        return object.*First;
    else
        return member<Rest...>(opened(object.*First));
}

// Returns the row of the member at the end of Path, whose value Read makes of a text.
template <auto Read, auto... Path>
constexpr FieldRow
row(Field field, std::string_view key, std::string_view column, std::string_view called = {}) {
    return {
        field,
        key,
        column,
        called,
        [](std::string_view what, std::string_view text, Target& target) {
            return Read(what, text, member<Path...>(target));
        },
        [](const Target& defaults, Target& target) {
            member<Path...>(target) = member<Path...>(defaults);
        },
    };
}

// Returns the row for a value that a target cannot have from the defaults.
constexpr FieldRow own(FieldRow made) {
    made.take = nullptr;
    return made;
}

template <auto Read, auto Member>
constexpr FieldRow
of_winrm(Field field, std::string_view key, std::string_view column, std::string_view called = {}) {
    return row<Read, &Target::winrm, Member>(field, key, column, called);
}

template <auto Read, auto Member>
constexpr FieldRow
of_ssh(Field field, std::string_view key, std::string_view column, std::string_view called = {}) {
    return row<Read, &Target::ssh, Member>(field, key, column, called);
}

using W = WinRmOptions;
using S = SshOptions;

constexpr std::array rows{
    own(row<read::name, &Target::name>(Field::name, "name", "name")),
    own(row<read::address, &Target::address>(Field::address, "address", "address")),
    own(row<read::vm, &Target::vm>(Field::vm, "vm", "vm")),
    row<read::credential, &Target::credential>(Field::credential, "credential", "credential"),
    of_winrm<read::port, &W::port>(Field::winrm_port, "winrm.port", "port", "the WinRM port"),
    of_winrm<read::scheme, &W::scheme>(Field::winrm_scheme, "winrm.scheme", "scheme"),
    of_winrm<read::port, &W::http_port>(
        Field::winrm_http_port, "winrm.http_port", "http_port", "the http_port"
    ),
    of_winrm<read::http_fallback, &W::http_fallback>(
        Field::winrm_http_fallback, "winrm.http_fallback", "http_fallback"
    ),
    of_winrm<read::auth, &W::auth>(Field::winrm_auth, "winrm.auth", "auth"),
    of_winrm<read::certificate_pin, &W::pin_sha256>(Field::winrm_pin, "winrm.tls.pin", "pin"),
    of_winrm<read::boolean, &W::legacy_tls>(
        Field::winrm_legacy, "winrm.tls.legacy", "legacy_tls", "tls legacy"
    ),
    of_winrm<read::boolean, &W::post_handshake_auth>(
        Field::winrm_post_handshake, "winrm.tls.post_handshake_auth", "", "tls post_handshake_auth"
    ),
    of_winrm<read::boolean, &W::channel_bindings>(
        Field::winrm_channel_bindings, "winrm.channel_bindings", "", "channel_bindings"
    ),
    of_winrm<read::spn_service, &W::spn_service>(
        Field::winrm_spn, "winrm.spn_service", "spn_service"
    ),
    of_ssh<read::port, &S::port>(Field::ssh_port, "ssh.port", "ssh_port", "the SSH port"),
    of_ssh<read::ssh_user, &S::user>(Field::ssh_user, "ssh.user", "ssh_user"),
    of_ssh<read::host_key_pin, &S::pin_sha256>(Field::ssh_pin, "ssh.pin", "ssh_pin"),
    of_ssh<read::jump_host, &S::via>(Field::ssh_via, "ssh.via", "ssh_via"),
    own(row<read::disk_file, &Target::disk, &DiskImage::file>(
        Field::disk_file, "disk.file", "disk", "the disk's file"
    )),
    own(row<read::disk_snapshot, &Target::disk, &DiskImage::snapshot>(
        Field::disk_snapshot, "disk.snapshot", "disk_snapshot"
    )),
    own(row<read::sas_variable, &Target::disk, &DiskImage::sas_env>(
        Field::disk_sas_env, "disk.sas.env", ""
    )),
    own(row<read::sas_file, &Target::disk, &DiskImage::sas_file>(
        Field::disk_sas_file, "disk.sas.file", ""
    )),
    own(row<read::sas_systemd, &Target::disk, &DiskImage::sas_systemd>(
        Field::disk_sas_systemd, "disk.sas.systemd", ""
    )),
    row<read::port, &Target::rdp_port>(Field::rdp_port, "rdp.port", "rdp_port", "the RDP port"),
    row<read::boolean, &Target::rdp_outside>(
        Field::rdp_outside, "rdp.outside", "rdp_outside", "rdp outside"
    ),
    own(row<read::thumbprint, &Target::rdp_thumbprint>(
        Field::rdp_thumbprint, "rdp.thumbprint", "rdp_thumbprint"
    )),
    row<read::deadline, &Target::deadline>(Field::deadline, "deadline", "deadline"),
};

// A field is found by its number.
constexpr bool in_order() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].field) != i) return false;
    }
    return rows.size() == static_cast<std::size_t>(Field::route);
}

static_assert(in_order());

} // namespace

std::span<const FieldRow> all_fields() noexcept {
    return rows;
}

const FieldRow* find_field(std::string_view key) noexcept {
    const auto* at = std::find_if(rows.begin(), rows.end(), [key](const FieldRow& row) {
        return row.key == key;
    });
    return at == rows.end() ? nullptr : at;
}

} // namespace rdpsweep
