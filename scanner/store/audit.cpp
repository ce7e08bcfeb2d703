// Appends records to the audit file, each bound to the one before it.
#include "scanner/store/audit.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/system/own_file.hpp"
#include "scanner/system/own_folder.hpp"
#include "scanner/system/write_all.hpp"
#include "transports/disk/referred_sas.hpp"
#include "transports/registry.hpp"
#include "transports/serial/serial.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {
namespace {

// Returns what every record holds.
nlohmann::json record_of(const AuditContext& context) {
    return {
        {"at", to_iso8601(std::time(nullptr))},
        {"run", context.run_id},
        {"host", context.target.name},
        {"id", context.target.id},
        {"address", context.target.address},
        {"transport", context.transport},
        {"user", context.user}};
}

// Returns the last line of the file, without its end. whole: whether it has one.
std::string last_line(int descriptor, off_t size, bool& whole) {
    constexpr off_t longest = 64 << 10; // no record of ours is longer
    const auto from = size > longest ? size - longest : 0;
    std::string tail(static_cast<std::size_t>(size - from), '\0');
    const auto count = pread(descriptor, tail.data(), tail.size(), from);
    tail.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    whole = tail.empty() || tail.back() == '\n';
    if (!tail.empty() && whole) tail.pop_back();
    const auto cut = tail.rfind('\n');
    return cut == std::string::npos ? tail : tail.substr(cut + 1);
}

// Says of which file it is told.
Error of_audit(const Error& error) {
    return Error(error.phase(), error.code(), "the audit file: " + std::string(error.detail()))
        .with_hint(std::string(error.hint()));
}

} // namespace

AuditLog::AuditLog(Descriptor file) : file_(std::move(file)) {}

Result<AuditLog> AuditLog::open(const std::string& path) {
    if (path.empty()) return AuditLog();
    const auto slash = path.rfind('/');
    const auto folder = open_way(slash == std::string::npos ? "." : path.substr(0, slash + 1));
    if (!folder) return of_audit(folder.error());
    auto file =
        open_own_file(folder->get(), path.substr(slash + 1), path, O_RDWR | O_CREAT | O_APPEND);
    if (!file) return of_audit(file.error());
    return AuditLog(*std::move(file));
}

Status AuditLog::command(const AuditContext& context, const Script& script) {
    if (file_.get() < 0) return {};
    const bool reads = script.effect() == Script::Effect::read_only;
    auto record = record_of(context);
    record["script"] = script.name();
    record["sha256"] = script.sha256();
    record["effect"] = reads ? "read_only" : "changes_host";
    return append(std::move(record));
}

Status AuditLog::questions(const AuditContext& context) {
    if (file_.get() < 0) return {};
    auto record = record_of(context);
    record["questions"] = traits_of(context.transport).questions == Questions::cmd ? "cmd" : "cim";
    record["effect"] = "read_only";
    return append(std::move(record));
}

Status AuditLog::disk(const AuditContext& context) {
    if (file_.get() < 0) return {};
    auto record = record_of(context);
    const auto& disk = *context.target.disk;
    const auto& in_azure = disk.snapshot.empty() ? context.target.vm : disk.snapshot;
    record["disk"] = disk.by_sas()       ? disk::sas_reference(disk)
                     : disk.file.empty() ? in_azure
                                         : disk.file;
    record["effect"] = "read_only";
    return append(std::move(record));
}

Status AuditLog::snapshot(const azure::SnapshotEntry& entry) {
    if (file_.get() < 0) return {};
    nlohmann::json record{
        {"at", to_iso8601(std::time(nullptr))},
        {"run", entry.run},
        {"vm", entry.vm},
        {"snapshot", entry.id},
        {"effect", "makes_snapshot"}};
    return append(std::move(record));
}

Status AuditLog::console(const Target& target, const std::string& user) {
    if (file_.get() < 0) return {};
    auto record = record_of({target, serial::transport_name, user, ""});
    record["effect"] = "a person's";
    return append(std::move(record));
}

// Each record names the one before it by its hash, so that none can be taken out or changed without
// a trace. Other processes may append to the same file: the lock makes them take turns.
Status AuditLog::append(nlohmann::json record) const {
    const auto failed = [](int code) {
        return Error(
                   Phase::config,
                   Errc::local_limit,
                   "the audit file cannot be written: " + std::string(std::strerror(code))
        )
            .with_native("errno " + std::to_string(code));
    };

    struct Turn {
        explicit Turn(int descriptor) : file(descriptor), taken(flock(descriptor, LOCK_EX) == 0) {}

        ~Turn() {
            if (taken) flock(file, LOCK_UN);
        }

        int file;
        bool taken;
    };

    const Turn turn(file_.get());
    const auto size = lseek(file_.get(), 0, SEEK_END);
    if (!turn.taken || size < 0) return failed(errno);
    bool whole = true;
    const auto before = last_line(file_.get(), size, whole);
    record["prev_sha256"] = before.empty() ? std::string() : sha256_hex(before);
    const auto line = (whole ? "" : "\n") + dump_json(record) + "\n";
    const int code = write_all(file_.get(), line);
    return code == 0 ? Status() : Status(failed(code));
}

} // namespace rdpsweep
