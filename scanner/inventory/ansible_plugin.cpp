// The table of plug-ins: what their documentation calls `vars`, in its order.
#include "scanner/inventory/ansible_plugin.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::array<AnsiblePlugin, 3> plugin_table{
    {{.name = "winrm",
      .route = {},
      .host = {"ansible_host", "ansible_winrm_host"},
      .port = {"ansible_port", "ansible_winrm_port"},
      .port_field = Field::winrm_port,
      .user = {"ansible_user", "ansible_winrm_user"},
      .password = {"ansible_winrm_pass", "ansible_winrm_password"},
      .scheme = {"ansible_winrm_scheme"},
      .auth = {"ansible_winrm_transport"},
      .channel_bindings = {"ansible_winrm_send_cbt"},
      .spn_service = {"ansible_winrm_service"},
      .key_file = {}},
     {.name = "psrp",
      .route = {},
      .host = {"ansible_host", "ansible_psrp_host"},
      .port = {"ansible_port", "ansible_psrp_port"},
      .port_field = Field::winrm_port,
      .user = {"ansible_user", "ansible_psrp_user"},
      .password = {"ansible_winrm_pass", "ansible_winrm_password"},
      .scheme = {"ansible_psrp_protocol"},
      .auth = {"ansible_psrp_auth"},
      .channel_bindings = {"ansible_psrp_negotiate_send_cbt"},
      .spn_service = {"ansible_psrp_negotiate_service"},
      .key_file = {}},
     {.name = "ssh",
      .route = "ssh",
      .host = {"ansible_host", "ansible_ssh_host"},
      .port = {"ansible_port", "ansible_ssh_port"},
      .port_field = Field::ssh_port,
      .user = {"ansible_user", "ansible_ssh_user"},
      .password = {"ansible_ssh_pass", "ansible_ssh_password"},
      .scheme = {},
      .auth = {},
      .channel_bindings = {},
      .spn_service = {},
      .key_file = {"ansible_private_key_file", "ansible_ssh_private_key_file"}}}};

constexpr std::string_view trust_hint = "an unknown certificate is accepted by a pin, "
                                        "--pin-on-first-use or --insecure";
constexpr std::string_view authority_hint = "give it as --ca-file";
constexpr std::string_view jump_hint = "jump hosts are given by ssh: { via: NAME }";

constexpr std::array<NotTakenOver, 10> other_table{
    {{"winrm", "ansible_winrm_server_cert_validation", "validate", trust_hint},
     {"winrm", "ansible_winrm_ca_trust_path", "", authority_hint},
     {"winrm", "ansible_winrm_path", "/wsman", "WinRM is asked at /wsman"},
     {"psrp", "ansible_psrp_cert_validation", "validate", trust_hint},
     {"psrp", "ansible_psrp_ca_cert", "", authority_hint},
     {"psrp", "ansible_psrp_cert_trust_path", "", authority_hint},
     {"psrp", "ansible_psrp_path", "wsman", "WinRM is asked at /wsman"},
     {"psrp", "ansible_psrp_proxy", "", "no proxy is used"},
     {"ssh", "ansible_ssh_common_args", "", jump_hint},
     {"ssh", "ansible_ssh_extra_args", "", jump_hint}}};

// What every plug-in has, and what belongs to none.
constexpr std::array<std::string_view, 5> common_names{
    "ansible_connection",
    "ansible_shell_type",
    "ansible_password",
    "ansible_group_priority",
    "rdpsweep_credential"};

bool has(const AnsiblePlugin& plugin, std::string_view name) noexcept {
    for (const auto& names :
         {plugin.host,
          plugin.port,
          plugin.user,
          plugin.password,
          plugin.scheme,
          plugin.auth,
          plugin.channel_bindings,
          plugin.spn_service,
          plugin.key_file}) {
        if (std::find(names.begin(), names.end(), name) != names.end()) return true;
    }
    return false;
}

// Returns winrm of ansible.builtin.winrm; Ansible's own collections and others' are alike.
std::string_view short_name(std::string_view connection) noexcept {
    return connection.substr(connection.rfind('.') + 1);
}

} // namespace

const AnsiblePlugin* find_plugin(std::string_view connection) noexcept {
    auto name = short_name(connection);
    // Other clients for the same protocol.
    for (const auto* ssh : {"paramiko_ssh", "paramiko", "libssh"}) {
        if (name == ssh) name = "ssh";
    }
    const auto* const at =
        std::find_if(plugin_table.begin(), plugin_table.end(), [name](const auto& one) {
            return one.name == name;
        });
    return at == plugin_table.end() ? nullptr : at;
}

const AnsiblePlugin& address_only() noexcept {
    static constexpr AnsiblePlugin only{
        .name = {},
        .route = {},
        .host = {"ansible_host"},
        .port = {},
        .port_field = Field::winrm_port,
        .user = {"ansible_user"},
        .password = {},
        .scheme = {},
        .auth = {},
        .channel_bindings = {},
        .spn_service = {},
        .key_file = {}};
    return only;
}

bool is_usual_connection(std::string_view connection) noexcept {
    return connection.empty() || short_name(connection) == "smart";
}

std::span<const NotTakenOver> not_taken_over() noexcept {
    return other_table;
}

bool is_connection_variable(std::string_view name) noexcept {
    if (name.empty()) return false;
    if (std::find(common_names.begin(), common_names.end(), name) != common_names.end())
        return true;
    const auto of_plugin = [name](const auto& plugin) { return has(plugin, name); };
    if (std::any_of(plugin_table.begin(), plugin_table.end(), of_plugin)) return true;
    return std::any_of(other_table.begin(), other_table.end(), [name](const auto& other) {
        return other.name == name;
    });
}

} // namespace rdpsweep
