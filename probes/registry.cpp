// The table of judgement rules: a new rule is one row here, with its rank.
//
// The rank is the order of attribution: among the findings that carry the host's verdict, the one
// with the lowest rank names the root cause. What stops a connection earlier hides what comes
// later, hence port before protocol before key before certificate. Circumstantial rules come last
// but one, so that an event names a cause only when nothing that was read does.
//
// The rows stand in the order in which reports list findings, which is not that of the ranks.
#include "probes/console/rules.hpp"
#include "probes/group_policy/rules.hpp"
#include "probes/listener_security/rules.hpp"
#include "probes/machine_keys/rules.hpp"
#include "probes/outside/rules.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/rdp_port/rules.hpp"
#include "probes/rule.hpp"
#include "probes/services/rules.hpp"
#include "probes/symptom/rules.hpp"
#include "probes/tls_protocols/rules.hpp"

#include <vector>

namespace rdpsweep {

namespace {

struct Row {
    Rule (*make)() noexcept;
    int rank;
};

constexpr Row inside_rows[] = {
    {port_owner_rule, 10},
    {port_no_listener_rule, 11},
    {port_moved_rule, 12},
    {rdp_denied_rule, 20},
    {rdp_listener_rule, 21},
    {service_state_rule, 22},
    {service_account_rule, 23},
    {disk_full_rule, 39}, // on a full disk neither key nor certificate can be made
    {key_present_rule, 40},
    {key_acl_rule, 41},
    {key_folder_rule, 43},
    {key_overgrant_rule, 44},
    {store_acl_rule, 50},
    {certificate_self_rule, 62},
    {certificate_ca_rule, 63},
    {certificate_pin_rule, 61},
    {certificate_binding_rule, 64},
    {certificate_corrupt_rule, 60},
    {tls_protocols_rule, 30},
    {tls_13_forced_rule, 31},
    {tls_legacy_rule, 34},
    {tls_suites_rule, 32},
    {security_layer_rule, 24}, // with layer 0 neither protocols nor key nor certificate matter
    {fips_rule, 33},
    {nla_credssp_rule, 70}, // NLA begins when TLS is done
    {nla_channel_rule, 71},
    {policy_managed_rule, 81},
    {policy_service_rule, 80},
    {pending_rule, 82},
    {events_schannel_rule, 90},
    {events_certificate_rule, 91},
    {events_key_audit_rule, 42}, // an audited failure on the very key: nearly as good as the ACL
    {handshake_rule, 100},
    {console_ready_rule, 110},
    {dump_ready_rule, 112},
};

// The rules that judge a VM from a handshake from outside alone.
constexpr Row outside_rows[] = {
    {outside_answer_rule, 99},
    {outside_certificate_rule, 65},
    {outside_binding_rule, 66},
    {outside_name_rule, 111},
};

void add(std::vector<Rule>& rules, std::span<const Row> rows) {
    for (const Row& row : rows) {
        rules.push_back(row.make());
        rules.back().rank = row.rank;
    }
}

std::vector<Rule> make_all() {
    std::vector<Rule> rules;
    add(rules, inside_rows);
    add(rules, outside_rows);
    return rules;
}

} // namespace

std::span<const Rule> all_rules() noexcept {
    static const auto rules = make_all();
    return rules;
}

std::span<const Rule> outside_rules() noexcept {
    return all_rules().last(std::size(outside_rows));
}

} // namespace rdpsweep
