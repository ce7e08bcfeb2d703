// Searches the log for the last mark that tells a state, and fetches the log itself.
#include "transports/azure/boot_log.hpp"

#include "core/json.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"

#include <array>
#include <utility>

namespace rdpsweep::azure {

namespace {

// A stranger's machine wrote it. As many as fail together are asked for at once: no more than four
// shares, of which the last 64 KiB are kept.
constexpr std::size_t most_bytes = 4 * limits::host_share;
constexpr std::size_t kept_bytes = 64u << 10;

constexpr std::array<std::pair<std::string_view, BootSign>, 6> marks{{
    {"BdsDxe:", BootSign::firmware}, // of UEFI firmware when it looks for something to start
    {"Windows Boot Manager", BootSign::firmware},
    {"SAC>", BootSign::console},
    {"Computer is booting, SAC started and initialized.", BootSign::console},
    {"<BP>", BootSign::crash}, // EMS reports a bugcheck as XML
    {"*** STOP:", BootSign::crash},
}};

} // namespace

BootSign read_boot_log(std::string_view log) noexcept {
    auto sign = BootSign::none;
    std::size_t last = 0;
    for (const auto& [text, meaning] : marks) {
        const auto at = log.rfind(text);
        if (at == std::string_view::npos || (sign != BootSign::none && at < last)) continue;
        last = at;
        sign = meaning;
    }
    return sign;
}

Task<Result<std::string>> fetch_boot_log(Arm& arm, std::string vm, HostDeadline& deadline) {
    auto path = vm + "/retrieveBootDiagnosticsData?sasUriExpirationTimeInMinutes=5"
                     "&api-version=2024-07-01";
    std::string nothing;
    auto answer = co_await arm.post(std::move(path), std::move(nothing), deadline);
    if (!answer) co_return std::move(answer).error();
    if (answer->status != 200) co_return arm_error(*answer);
    auto links = parse_json(answer->body, Phase::inventory);
    if (!links) co_return std::move(links).error();
    Secret link(text(*links, "serialConsoleLogBlobUri"));
    if (link.reveal().empty()) {
        co_return Error(
            Phase::inventory, Errc::name_not_found, "the VM's boot diagnostics are off"
        );
    }
    auto log = co_await arm.get_signed(link, most_bytes, deadline);
    if (!log) co_return std::move(log).error();
    if (log->size() > kept_bytes) log->erase(0, log->size() - kept_bytes);
    co_return log;
}

} // namespace rdpsweep::azure
