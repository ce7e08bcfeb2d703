// The key of a plan's journal: by it a journal is known as that of this plan, host by host.
#pragma once

#include "scanner/fix/journal.hpp"
#include "scanner/fix/plan.hpp"

namespace rdpsweep {

inline JournalKey journal_key(const Plan& plan) {
    JournalKey key{plan.id, plan_digest(plan)};
    for (const auto& host : plan.hosts)
        key.hosts.push_back({host.id, host.machine_guid});
    return key;
}

} // namespace rdpsweep
