// Remembered host identities in a file of ours: "host:port sha256:<hex> <first seen>" a line.
#pragma once

#include "core/trust.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace rdpsweep {

class FileTrustStore final : public TrustStore {
public:
    // Reads path (a missing file is an empty store, created with mode 0600 at the first write). A
    // file that does not parse is an Error{config, malformed_output} naming the line: a damaged
    // store must never look like one that trusts no host yet.
    static Result<FileTrustStore> open(std::string path);

    FileTrustStore(FileTrustStore&& other) noexcept;
    FileTrustStore& operator=(FileTrustStore&&) = delete;
    ~FileTrustStore() override; // flushes, best effort

    [[nodiscard]] std::optional<std::string> pinned(std::string_view endpoint) const override;

    // Remembers at once, and writes at once unless the last write was a moment ago: a first sweep
    // pins thousands of hosts, and writing them all for each of them would be quadratic. Refuses
    // to replace another identity (Error{config, certificate_rejected}).
    // endpoint: "host:port", case-insensitive. sha256: 64 hex digits.
    Status pin(std::string_view endpoint, std::string_view sha256) override;

    // Writes what is not written yet. The whole store goes to a temporary file next to it, is
    // synced and renamed into place: after a crash the old or the new file is there, whole. Pins
    // that another process added meanwhile are kept. Call it at the end of a run.
    Status flush();

    [[nodiscard]] std::size_t size() const noexcept { return pins_.size(); }

private:
    struct Pin {
        std::string sha256;
        std::string first_seen; // ISO 8601
    };

    using Pins = std::map<std::string, Pin, std::less<>>;

    explicit FileTrustStore(std::string path);
    static Result<Pins> read(const std::string& path);
    [[nodiscard]] Status write() const;

    std::string path_;
    Pins pins_;
    bool dirty_ = false;
    std::chrono::steady_clock::time_point next_write_{};
};

} // namespace rdpsweep
