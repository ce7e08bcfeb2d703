// Remembered host identities in a file of ours: "host:port sha256:<hex> <first seen>" a line.
#pragma once

#include "core/trust.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

class FileTrustStore final : public TrustStore {
public:
    // Reads path (a missing file is an empty store, created with mode 0600 at the first pin). A
    // file that does not parse is an Error{config, malformed_output} naming the line: a damaged
    // store must never look like one that trusts no host yet. Only its last line may be cut off,
    // by a crash. Error{config, access_denied} for one that is not ours alone, or whose folder is
    // not (state_folder.hpp).
    static Result<FileTrustStore> open(std::string path);

    [[nodiscard]] std::optional<std::string> pinned(std::string_view endpoint) const override;

    // Appends the identity and syncs the file, under its lock, so that neither a kill nor a power
    // cut afterwards loses it; about 1 ms on a usual disk. Takes in what other processes have
    // pinned meanwhile, and refuses to replace another identity (Error{config,
    // certificate_rejected}). When it cannot be written, nothing is remembered (Error{config,
    // local_limit}). endpoint: "host:port", case-insensitive. sha256: 64 hex digits.
    Status pin(std::string_view endpoint, std::string_view sha256) override;

    [[nodiscard]] std::size_t size() const noexcept { return pins_.size(); }

private:
    struct Pin {
        std::string sha256;
        std::string first_seen; // ISO 8601
    };

    using Pins = std::map<std::string, Pin, std::less<>>;

    struct Entry {
        std::string endpoint;
        Pin pin;
    };

    struct Content {
        Pins pins;
        std::size_t whole = 0; // bytes up to what a crash cut off
        bool ended = true;     // the last of them ends its line
    };

    explicit FileTrustStore(std::string path);
    [[nodiscard]] Result<std::string> read() const;
    static std::optional<Entry> entry_of(const std::vector<std::string>& words);
    static Status agree(const Pins::value_type& known, std::string_view sha256);
    [[nodiscard]] Result<Content> parse(std::string_view text) const;
    Status read_news(int file);
    Status append(int file, const Entry& entry);
    Status extend(int file, std::string_view text);

    std::string path_;
    Pins pins_;
    std::int64_t size_read_ = 0; // bytes of the file that pins_ tells
};

// Opens the trust store of a state directory.
Result<FileTrustStore> open_trust(const std::string& state_dir);

} // namespace rdpsweep
