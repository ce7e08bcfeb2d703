// /pending and /crash: what waits for a restart, and what a crash leaves behind.
#include <nlohmann/json.hpp>

#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

void read_pending(const Registry& registry, Document& document) {
    Sheet pending(document.group("pending"), "/pending", document);
    const auto windows = registry.software(R"(Microsoft\Windows\CurrentVersion)");
    pending.presence("cbs", below(windows, R"(Component Based Servicing\RebootPending)"));
    pending.presence("wu", below(windows, R"(WindowsUpdate\Auto Update\RebootRequired)"));
    const auto session = registry.current(R"(Control\Session Manager)");
    const auto renames =
        session.there() ? session.hive->value(**session.key, "PendingFileRenameOperations")
        : session.key   ? Result<std::optional<ValueEntry>>(std::optional<ValueEntry>())
                        : Result<std::optional<ValueEntry>>(session.key.error());
    if (renames)
        pending.object()["rename"] = renames->has_value();
    else
        pending.failed("rename", renames.error());
    document.offline("/pending/ts_stale");
}

void read_crash(const Registry& registry, Document& document) {
    Sheet crash(document.group("crash"), "/crash", document);
    crash.dword(registry.current(R"(Control\CrashControl)"), {"dump", "CrashDumpEnabled"});
}

} // namespace rdpsweep::offline
