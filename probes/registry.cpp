// The table of judgement rules, in the order of windows-facts section 2. A new rule is one line here.
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

namespace rdpsweep {

std::span<const Rule> all_probes() noexcept {
    static const Rule rules[] = {
        port_owner_rule(),
        port_no_listener_rule(),
        port_moved_rule(),
        rdp_denied_rule(),
        rdp_listener_rule(),
        service_state_rule(),
        service_account_rule(),
        key_present_rule(),
        key_acl_rule(),
        key_folder_rule(),
        key_overgrant_rule(),
        store_acl_rule(),
        certificate_self_rule(),
        certificate_ca_rule(),
        certificate_pin_rule(),
        certificate_binding_rule(),
        certificate_corrupt_rule(),
        tls_protocols_rule(),
        tls_13_forced_rule(),
        tls_legacy_rule(),
        tls_suites_rule(),
        security_layer_rule(),
        fips_rule(),
        policy_managed_rule(),
        policy_service_rule(),
        pending_rule(),
        events_schannel_rule(),
        events_certificate_rule(),
        events_key_audit_rule(),
        handshake_rule(),
        console_ready_rule(),
        dump_ready_rule(),
        outside_answer_rule(),
        outside_certificate_rule(),
        outside_binding_rule(),
        outside_name_rule(),
    };
    return rules;
}

std::span<const Rule> outside_probes() noexcept {
    static const Rule rules[] = {
        outside_answer_rule(),
        outside_certificate_rule(),
        outside_binding_rule(),
        outside_name_rule()};
    return rules;
}

} // namespace rdpsweep
