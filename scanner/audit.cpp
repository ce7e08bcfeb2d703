#include "scanner/audit.hpp"

#include "core/json.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {
namespace {

// What every record holds.
nlohmann::json record_of(
    const Target& target,
    std::string_view transport,
    const std::string& user,
    std::string_view run_id
) {
    return {
        {"at", to_iso8601(std::time(nullptr))},
        {"run", run_id},
        {"host", target.name},
        {"id", target.id},
        {"address", target.address},
        {"transport", transport},
        {"user", user}};
}

} // namespace

AuditLog::AuditLog(int descriptor) : descriptor_(descriptor) {}

AuditLog::AuditLog(AuditLog&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

AuditLog& AuditLog::operator=(AuditLog&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

AuditLog::~AuditLog() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<AuditLog> AuditLog::open(const std::string& path) {
    if (path.empty()) return AuditLog();
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return Error(
            Phase::config,
            Errc::local_limit,
            "cannot open the audit file " + path + ": " + std::strerror(errno)
        );
    }
    return AuditLog(descriptor);
}

Status AuditLog::command(
    const Target& target,
    std::string_view transport,
    const std::string& user,
    const Script& script,
    std::string_view run_id
) {
    if (descriptor_ < 0) return {};
    const bool reads = script.effect() == Script::Effect::read_only;
    auto record = record_of(target, transport, user, run_id);
    record["script"] = script.name();
    record["sha256"] = script.sha256();
    record["effect"] = reads ? "read_only" : "changes_host";
    return append(redact(dump_json(record)) + "\n");
}

Status AuditLog::questions(
    const Target& target,
    std::string_view transport,
    const std::string& user,
    std::string_view run_id
) {
    if (descriptor_ < 0) return {};
    auto record = record_of(target, transport, user, run_id);
    record["questions"] = transport == "serial" ? "cmd" : "cim";
    record["effect"] = "read_only";
    return append(redact(dump_json(record)) + "\n");
}

Status AuditLog::console(const Target& target, const std::string& user) {
    if (descriptor_ < 0) return {};
    auto record = record_of(target, "serial", user, "");
    record["effect"] = "a person's";
    return append(redact(dump_json(record)) + "\n");
}

Status AuditLog::append(const std::string& line) const {
    const auto written = write(descriptor_, line.data(), line.size());
    if (written == static_cast<ssize_t>(line.size())) return {};
    return Error(Phase::config, Errc::local_limit, "the audit file cannot be written")
        .with_hint("is its disk full?");
}

} // namespace rdpsweep
