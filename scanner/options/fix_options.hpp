// What the verbs of fix are asked to do.
#pragma once

#include "scanner/options/snapshot_wish.hpp"
#include "scanner/options/talk_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rdpsweep {

struct FixPlanOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string run;                // id, unique prefix of one, or "last"
    std::vector<std::string> fixes; // ids; empty: for broken findings, and none that opens RDP
    std::size_t move_rdp = 0;       // a port; 0: RDP stays where it is
    std::size_t open_nsg = 0;       // priority of the rule that opens that port in Azure; 0: none
    std::vector<std::string> stop_services; // that may be stopped where they hold the port
    std::chrono::milliseconds max_age = std::chrono::minutes(15); // of the facts
    std::chrono::milliseconds life = std::chrono::hours(4);       // of the plan
    std::size_t max_targets = 50;
    std::size_t max_percent = 5; // of the run's inventory
    std::string batches = "1,3,10,10%,25%,100%";
    std::string out; // empty: plan-ID.json
};

struct FixShowOptions {
    TalkOptions talk;
    std::string state_dir; // where the plan's run is looked for
    std::string plan;      // file
};

// Of fix approve.
struct FixApproveOptions {
    TalkOptions talk;
    std::string state_dir; // where the plan's run is looked for
    std::string plan;      // file
    std::string key;       // file: a private key in PEM
    std::string out;       // file; empty: PLAN.sig
};

enum class FixApproval : std::uint8_t { none, canary, batch };

// Of fix status.
struct FixStatusOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string plan; // file
    bool json = false;
    bool with_changes = false;
};

// Of fix pause and fix abort.
struct FixOrderOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string plan; // file
};

// Of fix apply and fix rollback.
struct FixApplyOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string plan;    // file
    std::string confirm; // "37:9f3k": hosts and the end of the plan's id
    bool resume = false;
    std::string acknowledge; // why it was stopped: canary, batch, total, in_a_row or rollback
    FixApproval approve = FixApproval::canary;
    std::size_t parallel = 10;
    std::chrono::milliseconds soak = std::chrono::seconds(60);
    std::chrono::milliseconds canary_soak = std::chrono::minutes(5);
    bool despite_sessions = false;
    std::string window;                 // --window; empty: any time
    std::vector<std::string> approvals; // files: signatures over the plan
    std::string approvers;              // file: a list besides those that stand; empty: none
    SnapshotWish snapshots = SnapshotWish::risk;
    std::string audit_file; // empty: none
};

} // namespace rdpsweep
