// Reads and checks the file, and appends to it: under its lock, and synced before anybody relies
// on it.
#include "scanner/store/trust_store.hpp"

#include "core/text.hpp"
#include "scanner/store/state_folder.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/system/write_all.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::size_t largest_file = 256u << 20;
constexpr std::string_view hash_prefix = "sha256:";
constexpr std::string_view header = "# rdpsweep: identities of hosts, as first seen\n";

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

// Tells whether words are the beginning of a pin whose writing a crash cut off. Nobody relied on
// it: a pin counts from when it is synced.
bool is_beginning(const std::vector<std::string>& words) {
    const auto hash = words.size() > 1 ? std::string_view(words[1]) : std::string_view();
    const auto known = hash.substr(0, hash_prefix.size());
    const bool begins =
        words.size() <= 3 && hash_prefix.starts_with(known) &&
        hash.substr(known.size()).find_first_not_of("0123456789abcdef") == std::string_view::npos;
    const auto printable_only = [](const std::string& word) {
        return std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    };
    return begins && printable_only(words.front());
}

} // namespace

FileTrustStore::FileTrustStore(std::string path) : path_(std::move(path)) {}

std::optional<FileTrustStore::Entry> FileTrustStore::entry_of(const std::vector<std::string>& words
) {
    const bool good =
        words.size() == 3 && is_endpoint(words[0]) && words[1].starts_with(hash_prefix) &&
        is_hash(std::string_view(words[1]).substr(hash_prefix.size())) && from_iso8601(words[2]);
    if (!good) return {};
    return Entry{words[0], Pin{words[1].substr(hash_prefix.size()), words[2]}};
}

Result<FileTrustStore::Content> FileTrustStore::parse(std::string_view text) const {
    Content content;
    std::size_t number = 0;
    while (content.whole < text.size()) {
        const auto end = text.find('\n', content.whole);
        const bool ended = end != std::string_view::npos;
        const auto line = text.substr(content.whole, ended ? end - content.whole : end);
        ++number;
        const auto words = split(line, ' ');
        auto entry = entry_of(words);
        // Only a line of ours can have been cut off, and the first one of ours is the header.
        if (!ended && !entry && number > 1 && is_beginning(words)) break;
        const bool comment = line.empty() || line.front() == '#';
        const bool fresh = entry && content.pins.try_emplace(entry->endpoint, entry->pin).second;
        if (!comment && !fresh) {
            return Error(
                       Phase::config,
                       Errc::malformed_output,
                       "the trust store " + printable(path_) + " is damaged at line " +
                           std::to_string(number)
            )
                .with_hint("restore it from a backup, or correct that line");
        }
        content.ended = ended;
        content.whole = ended ? end + 1 : text.size();
    }
    return content;
}

Result<FileTrustStore> FileTrustStore::open(std::string path) {
    FileTrustStore store(std::move(path));
    const auto text = store.read();
    if (!text && text.error().code() == Errc::not_found) return store;
    if (!text) return text.error();
    auto content = store.parse(*text);
    if (!content) return std::move(content).error();
    store.pins_ = std::move(content->pins);
    // A line that was cut off is mended before the next pin is written.
    const bool clean = content->ended && content->whole == text->size();
    if (clean) store.size_read_ = static_cast<std::int64_t>(text->size());
    return store;
}

Result<FileTrustStore> open_trust(const std::string& state_dir) {
    if (!state_dir.empty()) return FileTrustStore::open(state_dir + "/trust");
    return StateFolder::open(state_dir, IfMissing::fail).error();
}

Result<std::string> FileTrustStore::read() const {
    const auto [name_of_folder, name] = place_in_state(path_);
    const auto folder = StateFolder::open(name_of_folder, IfMissing::fail);
    if (!folder) return folder.error();
    return folder->read(name, largest_file);
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
    if (const auto known = pins_.find(key); known != pins_.end()) return agree(*known, hash);
    const auto [name_of_folder, name] = place_in_state(path_);
    const auto folder = StateFolder::open(name_of_folder, IfMissing::make);
    if (!folder) return folder.error();
    const auto lock = folder->file(name + ".lock", O_RDWR | O_CREAT);
    if (!lock) return lock.error();
    if (::flock(lock->get(), LOCK_EX) != 0)
        return system_error("cannot lock " + printable(path_) + ".lock", errno);
    const auto file = folder->file(name, O_RDWR | O_CREAT | O_APPEND);
    if (!file) return file.error();
    auto read = read_news(file->get());
    if (!read) return read;
    // Another run may have been there first.
    if (const auto known = pins_.find(key); known != pins_.end()) return agree(*known, hash);
    Entry entry{key, Pin{std::move(hash), to_iso8601(std::time(nullptr))}};
    const bool fresh = size_read_ == 0;
    auto added = append(file->get(), entry);
    if (added && fresh) added = folder->sync(); // the name of a new file must reach the disk too
    if (added) pins_.emplace(std::move(entry.endpoint), std::move(entry.pin));
    return added;
}

Status FileTrustStore::agree(const Pins::value_type& known, std::string_view sha256) {
    if (known.second.sha256 == sha256) return {};
    return Error(
               Phase::config,
               Errc::certificate_rejected,
               printable(known.first, 80) + " was pinned to another identity on " +
                   known.second.first_seen
    )
        .with_hint("find out why; then remove its line from the trust store");
}

// Takes in what others have written since, and cuts off what a crash left of a line.
Status FileTrustStore::read_news(int file) {
    struct stat about {};

    if (::fstat(file, &about) != 0) return system_error("cannot read " + printable(path_), errno);
    if (about.st_size == size_read_ && about.st_size > 0) return {};
    const auto text = read_descriptor(file, path_, largest_file);
    if (!text) return text.error();
    auto content = parse(*text);
    if (!content) return std::move(content).error();
    pins_ = std::move(content->pins);
    size_read_ = static_cast<std::int64_t>(content->whole);
    if (::ftruncate(file, size_read_) != 0) {
        return system_error("cannot mend " + printable(path_), errno);
    }
    return content->ended ? Status() : extend(file, "\n");
}

Status FileTrustStore::append(int file, const Entry& entry) {
    std::string text(size_read_ == 0 ? header : "");
    text += entry.endpoint + ' ';
    text += hash_prefix;
    text += entry.pin.sha256 + ' ' + entry.pin.first_seen + '\n';
    return extend(file, text);
}

// Writes and syncs, or leaves the file as it was.
Status FileTrustStore::extend(int file, std::string_view text) {
    int code = write_all(file, text);
    if (code == 0 && ::fdatasync(file) != 0) code = errno;
    if (code == 0) {
        size_read_ += static_cast<std::int64_t>(text.size());
        return {};
    }
    // What is left of a line is cut off by the next one, at the latest.
    [[maybe_unused]] const int cut = ::ftruncate(file, size_read_);
    return system_error("cannot write " + printable(path_), code);
}

} // namespace rdpsweep
