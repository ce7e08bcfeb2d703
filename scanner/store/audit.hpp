// An append-only record of every remote command: which host, which script by hash, which effect.
// Each line has the SHA-256 of the one before it (prev_sha256), so that the chain shows what was
// taken out.
#pragma once

#include "core/descriptor.hpp"
#include "core/result.hpp"
#include "transports/azure/snapshot_ledger.hpp"
#include "transports/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace rdpsweep {

// Where something is about to run, by which transport, as which account, and in which run.
struct AuditContext {
    const Target& target;
    std::string_view transport;
    std::string_view user;
    std::string_view run_id;
};

class AuditLog {
public:
    // Opens the file for appending; an empty path records nothing. Error{config, ...}:
    // access_denied when the file is not ours alone, or others could put another one in its place
    // (own_file.hpp, own_folder.hpp); else local_limit or not_found.
    static Result<AuditLog> open(const std::string& path);

    AuditLog() = default;

    // Records a command before it is sent: what cannot be recorded is not done.
    Status command(const AuditContext& context, const Script& script);

    // Does the same before the first of a series of CIM questions (WMI reads), which need no
    // script.
    Status questions(const AuditContext& context);

    // Does the same before a disk is read: no script runs.
    Status disk(const AuditContext& context);

    // Does the same before a snapshot of a VM's disk is asked for.
    Status snapshot(const azure::SnapshotEntry& entry);

    // Records that a person gets a VM's console: what they type there is theirs, not ours.
    Status console(const Target& target, const std::string& user);

private:
    explicit AuditLog(Descriptor file);
    [[nodiscard]] Status append(nlohmann::json record) const;
    Descriptor file_;
};

} // namespace rdpsweep
