// The facts of a healthy VM as its disk tells them.
#pragma once

#include "probes/rule.hpp"
#include "tests/support/facts_builder.hpp"

#include <algorithm>
#include <string>

namespace rdpsweep::test {

inline constexpr std::int64_t stopped_at = fixed_now - 3 * a_day; // 2026-11-15T11:06:40Z

// Nothing of healthy_facts() that only a running Windows tells; its newest record is at stopped_at.
inline Facts disk_facts() {
    Facts facts = healthy_facts();
    facts.collector.value = CollectorFacts{};
    facts.collector.value->path = "offline";
    facts.os.value->domain_role.reset();
    facts.os.value->boot.reset();
    auto& services = facts.services.value->services;
    for (std::size_t i = 0; i < services.size(); ++i) {
        services[i].state.reset();
        services[i].pid = 0;
        services[i].proc_start.reset();
        mark_unread(facts, "/svc/" + std::to_string(i) + "/state", "offline");
    }
    facts.rdp_port.value->sockets.clear();
    facts.rdp_certificate.value->wmi_hash_type.reset();
    facts.handshakes.value.reset();
    facts.sessions.value.reset();
    facts.events.value->until = stopped_at;
    for (const char* pointer :
         {"/os/domain_role",
          "/os/boot_utc",
          "/os/disk_free_mb",
          "/listener/sockets",
          "/sec/policy_source",
          "/cert/wmi_type",
          "/cert/wmi_hash",
          "/gp/rsop",
          "/pending/ts_stale",
          "/hs",
          "/sessions"})
        mark_unread(facts, pointer, "offline");
    facts.received_at = fixed_now;
    facts.disk.value = DiskFacts{};
    facts.disk.value->hives = {{"SYSTEM", HiveState::clean, 0}, {"SOFTWARE", HiveState::clean, 0}};
    facts.disk.value->volume = VolumeState::clean;
    facts.disk.value->stopped = stopped_at;
    return facts;
}

// What was seen of a VM beside its disk: a handshake from outside.
inline void see_outside(Facts& facts, HandshakeFacts handshake) {
    std::erase_if(facts.unread, [](const Unread& entry) { return entry.pointer == "/hs"; });
    facts.handshakes.value = std::vector<HandshakeFacts>{std::move(handshake)};
}

inline Judgement judged(const Facts& facts) {
    return judge(facts, Policy(), fixed_now);
}

inline const Finding& of(const Judgement& judgement, std::string_view rule) {
    const auto& all = judgement.findings;
    return *std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.rule == rule; });
}

} // namespace rdpsweep::test
