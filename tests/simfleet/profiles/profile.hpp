// Named kinds of VMs: how each differs from a healthy one, and what is therefore true of it.
#pragma once

#include "tests/simfleet/vm.hpp"
#include "tests/simfleet/windows/windows.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace simfleet {

enum class Kind : std::uint8_t {
    healthy,
    fault,     // assessed, and something is wrong with it
    wire,      // trouble on the way, quickly found out
    slow_wire, // trouble that costs the client its whole patience
    hostile,   // healthy or not, it tries to attack whoever reads its report
};

struct Profile {
    std::string_view name;
    Kind kind = Kind::healthy;
    std::uint32_t weight = 1;                      // among its kind in a mix; 0: only where named
    std::span<const std::uint32_t> builds = {};    // one of these; empty: any
    void (*draw)(Blueprint&) = nullptr;            // changes the blueprint before the VM is built
    void (*damage)(Machine&) = nullptr;            // changes the VM
    Truth (*truth)(std::uint32_t build) = nullptr; // by hand; null: assessed, ok, no finding
    Wire wire = {};
    std::string_view inventory_name = {}; // hostile names: goes before the number
};

// Every profile, grouped by file; names are unique.
std::span<const Profile* const> all_profiles();

// Null when there is none of that name.
const Profile* find_profile(std::string_view name);

Truth truth_of(const Profile& profile, std::uint32_t build);

// The pieces truths are made of: by rule, what the report has to say (profiles/expected.hpp).
using Findings = std::map<std::string, Expected>;

Truth assessed(std::string verdict, std::string root_cause, Findings findings);
Truth not_assessed(std::string outcome);
Findings with(Findings findings, const Findings& more);

// What always follows when the loopback handshake does not complete: nothing was served to compare
// with, inside or outside, and from 17763 on the key file's descriptor is closed to administrators,
// so that its ACL stays unproven. how: the key of HANDSHAKE and where its failure stands.
Findings handshake_failed(std::uint32_t build, const std::string& how);
Findings handshake_not_run(std::uint32_t build);

// How: no connection, one that was cut, one that answered with something else.
constexpr const char* nobody_listens = "refused /hs/0/stage /hs/0/errno";
constexpr const char* cut_off = "reset /hs/0/stage /hs/0/errno";
constexpr const char* other_answer = "not_rdp /hs/0/stage /hs/0/errno";
constexpr const char* no_common_suite_left = "failed /hs/0/stage";

// TLS was dropped, all else was read and is sound: the rights of the key are the suspect.
Findings the_key_is_left();

// Nothing answers outside that could be compared; an answer of RDP at all is not needed to say so.
Findings silent_outside();

// Nobody looked from outside: the fleet has no RDP face, or a network filters it.
Findings outside_not_tried();

// Nobody is meant to listen: RDP is denied, or its service does not run.
Findings no_listener_expected();

// A certificate of an authority is chosen, and nothing is wrong with it.
Findings chosen_certificate();

// The settings of each version that TLS.PROTO weighs.
constexpr const char* every_version = " /tls/proto/TLS 1.0/server /tls/proto/TLS 1.1/server"
                                      " /tls/proto/TLS 1.2/server /tls/proto/TLS 1.3/server";

// Events that a failing handshake leaves in the logs, some minutes ago and again when the collector
// tries: 36870 (the private key cannot be used) and 36871 (no credential can be made).
void log_key_failure(Machine& machine);
void log_no_credentials(Machine& machine);

// Builds by what matters to a truth.
std::span<const std::uint32_t> all_builds();        // 7601 ... 26100
std::span<const std::uint32_t> later_builds();      // all but 2008 R2, whose TLS 1.2 needs proof
std::span<const std::uint32_t> current_builds();    // 14393 ... 26100
std::span<const std::uint32_t> open_key_builds();   // administrators may read the key file's ACL
std::span<const std::uint32_t> closed_key_builds(); // they may not: 17763 and later

// Exactly these.
template <std::uint32_t... build>
std::span<const std::uint32_t> only() {
    static constexpr std::array<std::uint32_t, sizeof...(build)> builds{build...};
    return builds;
}

// One table a file.
std::span<const Profile> healthy_profiles();
std::span<const Profile> port_profiles();
std::span<const Profile> firewall_profiles();
std::span<const Profile> service_profiles();
std::span<const Profile> switch_profiles();
std::span<const Profile> unproven_profiles();
std::span<const Profile> nla_profiles();
std::span<const Profile> security_layer_profiles();
std::span<const Profile> protocol_profiles();
std::span<const Profile> suite_profiles();
std::span<const Profile> credssp_profiles();
std::span<const Profile> more_service_profiles();
std::span<const Profile> key_acl_profiles();
std::span<const Profile> key_file_profiles();
std::span<const Profile> own_certificate_profiles();
std::span<const Profile> pinned_certificate_profiles();
std::span<const Profile> policy_profiles();
std::span<const Profile> symptom_profiles();
std::span<const Profile> hostile_profiles();
std::span<const Profile> wire_profiles();
std::span<const Profile> http_fallback_profiles();
std::span<const Profile> ssh_profiles();
std::span<const Profile> cim_profiles();
std::span<const Profile> fix_profiles();

} // namespace simfleet
