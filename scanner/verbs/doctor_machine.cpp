// doctor: this machine's limits, clocks, names and disk.
#include "core/fd_limit.hpp"
#include "core/limits.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "scanner/store/state_folder.hpp"
#include "scanner/store/trust_store.hpp"
#include "scanner/verbs/doctor_checks.hpp"

#include <chrono>
#include <ctime>
#include <fstream>
#include <netdb.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <thread>
#include <unistd.h>

namespace rdpsweep {

namespace {

using Level = Diagnosis::Level;

// 2025-01-01 and 2100-01-01: outside, every certificate would look wrong.
constexpr std::int64_t earliest_now = 1'735'689'600;
constexpr std::int64_t latest_now = 4'102'444'800;

constexpr std::uint64_t mib = 1u << 20;
constexpr std::uint64_t too_little = 64 * mib; // a run of a few thousand hosts
constexpr std::uint64_t comfortable = 1024 * mib;

void check_files(Diagnoses& out) {
    const auto limit = raise_fd_limit(limits::in_flight);
    const auto what = std::to_string(limit.descriptors) + " open files, enough for " +
                      std::to_string(limit.in_flight) + " hosts at once";
    if (limit.lowered) {
        const auto wanted = std::to_string(limit.wanted);
        const auto cure = "ulimit -Hn " + wanted + ", or LimitNOFILE=" + wanted;
        out.push_back({Level::warn, "file limit", what, cure});
    } else {
        out.push_back({Level::ok, "file limit", what, ""});
    }
}

void check_clock(Diagnoses& out) {
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const auto text = to_iso8601(now);
    const auto before = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto passed = std::chrono::steady_clock::now() - before;
    timex kernel{};
    if (now < earliest_now || now > latest_now) {
        out.push_back({Level::fail, "clock", text + " cannot be right", "timedatectl set-ntp true"}
        );
    } else if (passed < std::chrono::milliseconds(5)) {
        out.push_back({Level::fail, "clock", "the monotonic clock stands still", "reboot"});
    } else if (adjtimex(&kernel) == TIME_ERROR) {
        // Kerberos accepts five minutes of difference, expiry dates less.
        out.push_back(
            {Level::warn, "clock", text + ", not synchronised", "timedatectl set-ntp true"}
        );
    } else {
        out.push_back({Level::ok, "clock", text + ", synchronised", ""});
    }
}

void check_core_dumps(Diagnoses& out) {
    forbid_core_dumps();
    rlimit cores{};
    const bool none = getrlimit(RLIMIT_CORE, &cores) == 0 && cores.rlim_cur == 0;
    if (none && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0) {
        out.push_back({Level::ok, "core dumps", "off while secrets are in memory", ""});
    } else {
        out.push_back(
            {Level::warn, "core dumps", "cannot be switched off", "a crash could write secrets"}
        );
    }
}

bool has_name_server() {
    std::ifstream config("/etc/resolv.conf");
    std::string line;
    while (std::getline(config, line)) {
        if (trim(line).starts_with("nameserver")) return true;
    }
    return false;
}

// Returns the folder itself, else the nearest one above it that exists.
std::string existing_part(std::string path) {
    struct stat about {};

    while (stat(path.c_str(), &about) != 0) {
        const auto slash = path.rfind('/');
        if (slash == std::string::npos) return ".";
        if (slash == 0) return "/";
        path.resize(slash);
    }
    return path;
}

void check_room(const std::string& folder, Diagnoses& out) {
    struct statvfs disk {};

    if (statvfs(folder.c_str(), &disk) != 0) return;
    const auto room = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    const auto what = std::to_string(room / mib) + " MiB free for runs";
    if (room < too_little) {
        out.push_back({Level::fail, "disk", what, "make room, or use --state elsewhere"});
    } else if (room < comfortable) {
        out.push_back({Level::warn, "disk", what, "a run keeps about 30 KiB a host"});
    } else {
        out.push_back({Level::ok, "disk", what, ""});
    }
}

void check_trust(const std::string& state_dir, Diagnoses& out) {
    const auto store = open_trust(state_dir);
    if (store) {
        out.push_back(
            {Level::ok, "trust store", std::to_string(store->size()) + " pinned hosts", ""}
        );
    } else {
        out.push_back(
            {Level::fail,
             "trust store",
             std::string(store.error().detail()),
             std::string(store.error().hint())}
        );
    }
}

} // namespace

void check_machine(Diagnoses& out) {
    check_files(out);
    check_clock(out);
    check_core_dumps(out);
}

void check_dns(Diagnoses& out) {
    addrinfo* list = nullptr;
    const int code = getaddrinfo("localhost", nullptr, nullptr, &list);
    if (list != nullptr) freeaddrinfo(list);
    if (code != 0) {
        out.push_back(
            {Level::fail,
             "dns",
             std::string("localhost does not resolve: ") + gai_strerror(code),
             "look at /etc/hosts and /etc/nsswitch.conf"}
        );
    } else if (!has_name_server()) {
        out.push_back(
            {Level::warn, "dns", "/etc/resolv.conf names no server", "give targets by IP address"}
        );
    } else {
        out.push_back({Level::ok, "dns", "localhost resolves, a name server is configured", ""});
    }
}

void check_state(const std::string& state_dir, Diagnoses& out) {
    const auto opened = StateFolder::open(state_dir, IfMissing::fail);
    const bool absent = !opened && opened.error().code() == Errc::not_found && !state_dir.empty();
    if (!opened && !absent) {
        out.push_back(
            {Level::fail,
             "state",
             std::string(opened.error().detail()),
             std::string(opened.error().hint())}
        );
        return;
    }
    const auto there = existing_part(state_dir);

    struct stat about {};

    const bool folder = stat(there.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
    if (!folder || access(there.c_str(), W_OK | X_OK) != 0) {
        out.push_back(
            {Level::fail,
             "state",
             "cannot write in " + there,
             "give a folder of yours: --state DIR"}
        );
        return;
    }
    if (!absent && (about.st_mode & 077) != 0) {
        out.push_back(
            {Level::warn, "state", state_dir + " can be read by others", "chmod 700 " + state_dir}
        );
    } else {
        out.push_back(
            {Level::ok, "state", state_dir + (absent ? " can be created" : " is writable"), ""}
        );
    }
    check_room(there, out);
    check_trust(state_dir, out);
}

void check_inventory(const ScopeOptions& scope, Diagnoses& out) {
    Problems problems;
    const auto inventory = resolve_scope(scope, cli_names().transports, problems);
    // Among them: as whom Azure was asked, and what it left out.
    for (const auto& note : inventory.notes)
        out.push_back({Level::ok, "inventory", printable(note), ""});
    if (problems.empty()) require_credentials(inventory, problems);
    for (const auto& problem : problems.list()) {
        out.push_back({Level::fail, "inventory", problem.where + ": " + problem.what, problem.next}
        );
    }
    if (!problems.empty()) return;
    out.push_back(
        {Level::ok, "inventory", std::to_string(inventory.targets.size()) + " targets", ""}
    );
    CredentialStore store(inventory.credentials);
    for (const auto& spec : inventory.credentials) {
        const auto what = printable(spec.name, 60) + ", from " + describe(spec);
        if (std::holds_alternative<FromPrompt>(spec.password)) {
            out.push_back({Level::ok, "credential", what + ": asked for when a scan starts", ""});
            continue;
        }
        const auto credential = store.get(spec.name);
        if (credential) {
            out.push_back({Level::ok, "credential", what, ""});
        } else {
            const auto& error = credential.error();
            out.push_back(
                {Level::fail, "credential", std::string(error.detail()), std::string(error.hint())}
            );
        }
    }
}

} // namespace rdpsweep
