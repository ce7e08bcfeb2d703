// Reads, checks and replaces the file, under its lock and with its folder synced.
#include "scanner/store/trust_store.hpp"

#include "core/text.hpp"
#include "scanner/system/descriptor.hpp"
#include "scanner/system/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::size_t largest_file = 256u << 20;
constexpr std::string_view hash_prefix = "sha256:";
constexpr std::string_view header = "# rdpsweep: identities of hosts, as first seen\n";

// As often as the run store syncs its journal.
constexpr auto least_pause = std::chrono::milliseconds(250);
constexpr int busy_share = 20; // at most 1/20 of the time is spent writing pins

Error system_error(const std::string& what, int code) {
    return Error(Phase::config, Errc::local_limit, what + ": " + std::strerror(code))
        .with_native("errno " + std::to_string(code))
        .with_hint("rdpsweep doctor");
}

bool is_hash(std::string_view hex) {
    return hex.size() == 64 && hex.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() &&
           text.size() <= 512 && text.front() != '#' &&
           text.find_first_of(" \t\r\n") == std::string_view::npos;
}

bool write_all(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto wrote = ::write(descriptor, text.data(), text.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

// A failure shows when the file is opened.
void make_folder(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path();
    std::error_code code;
    if (std::filesystem::create_directories(folder, code)) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, code);
    }
}

// The rename itself must reach the disk too.
bool sync_folder(const std::string& path) noexcept {
    const auto slash = path.rfind('/');
    const auto folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const Descriptor open_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return open_folder.get() >= 0 && ::fsync(open_folder.get()) == 0;
}

} // namespace

FileTrustStore::FileTrustStore(std::string path) : path_(std::move(path)) {}

FileTrustStore::FileTrustStore(FileTrustStore&& other) noexcept
    : path_(std::move(other.path_)), pins_(std::move(other.pins_)),
      dirty_(std::exchange(other.dirty_, false)), next_write_(other.next_write_) {}

FileTrustStore::~FileTrustStore() {
    // Nobody is left to tell; the next run asks these hosts again.
    if (dirty_) (void)flush().has_value();
}

Result<FileTrustStore::Pins> FileTrustStore::read(const std::string& path) {
    const auto text = read_file(path, largest_file);
    if (!text && text.error().code() == Errc::name_not_found) return Pins{};
    if (!text) return text.error();
    Pins pins;
    std::size_t number = 0;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        ++number;
        if (line.empty() || line.front() == '#') continue;
        const auto words = split(line, ' ');
        const bool good = words.size() == 3 && is_endpoint(words[0]) &&
                          words[1].starts_with(hash_prefix) &&
                          is_hash(std::string_view(words[1]).substr(hash_prefix.size())) &&
                          from_iso8601(words[2]) && end != std::string_view::npos;
        const bool fresh =
            good &&
            pins.try_emplace(words[0], Pin{words[1].substr(hash_prefix.size()), words[2]}).second;
        if (fresh) continue;
        return Error(
                   Phase::config,
                   Errc::malformed_output,
                   "the trust store " + printable(path) + " is damaged at line " +
                       std::to_string(number)
        )
            .with_hint("restore it from a backup, or correct that line");
    }
    return pins;
}

Result<FileTrustStore> FileTrustStore::open(std::string path) {
    auto pins = read(path);
    if (!pins) return std::move(pins).error();
    FileTrustStore store(std::move(path));
    store.pins_ = std::move(*pins);
    return store;
}

std::optional<std::string> FileTrustStore::pinned(std::string_view endpoint) const {
    const auto found = pins_.find(ascii_lower(endpoint));
    if (found == pins_.end()) return {};
    return found->second.sha256;
}

Status FileTrustStore::pin(std::string_view endpoint, std::string_view sha256) {
    const auto key = ascii_lower(endpoint);
    auto hash = ascii_lower(sha256);
    if (!is_endpoint(key) || !is_hash(hash)) {
        return Error(Phase::config, Errc::bug, "not an identity: " + printable(endpoint, 80));
    }
    const auto [known, added] = pins_.try_emplace(key, Pin{hash, to_iso8601(std::time(nullptr))});
    if (!added && known->second.sha256 == hash) return {};
    if (!added) {
        return Error(
            Phase::config,
            Errc::certificate_rejected,
            printable(key, 80) + " was pinned to another certificate on " + known->second.first_seen
        );
    }
    dirty_ = true;
    return std::chrono::steady_clock::now() < next_write_ ? Status() : flush();
}

Status FileTrustStore::flush() {
    if (!dirty_) return {};
    const auto started = std::chrono::steady_clock::now();
    // Held until the rename is done, so that two runs do not lose each other's pins.
    make_folder(path_);
    const auto lock_path = path_ + ".lock";
    const Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.get() < 0 || ::flock(lock.get(), LOCK_EX) != 0) {
        return system_error("cannot lock " + printable(lock_path), errno);
    }
    auto others = read(path_);
    if (!others) return std::move(others).error();
    // What the file says stands: it was there first.
    for (auto& [endpoint, pin] : *others)
        pins_.insert_or_assign(endpoint, std::move(pin));
    auto status = write();
    if (status) dirty_ = false;
    const auto now = std::chrono::steady_clock::now();
    next_write_ =
        now +
        std::max<std::chrono::steady_clock::duration>(least_pause, busy_share * (now - started));
    return status;
}

Status FileTrustStore::write() const {
    std::string text(header);
    for (const auto& [endpoint, pin] : pins_) {
        text += endpoint + ' ';
        text += hash_prefix;
        text += pin.sha256 + ' ' + pin.first_seen + '\n';
    }
    const auto temporary = path_ + ".new";
    {
        const Descriptor file(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)
        );
        if (file.get() < 0 || ::fchmod(file.get(), 0600) != 0 || !write_all(file.get(), text) ||
            ::fsync(file.get()) != 0) {
            const int code = errno;
            ::unlink(temporary.c_str());
            return system_error("cannot write " + printable(temporary), code);
        }
    }
    if (::rename(temporary.c_str(), path_.c_str()) != 0 || !sync_folder(path_)) {
        return system_error("cannot replace " + printable(path_), errno);
    }
    return {};
}

} // namespace rdpsweep
