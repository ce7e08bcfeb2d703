// A hive as its logs make it: what Windows would do first when it starts, without writing a byte.
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "offline/hive/base_block.hpp"
#include "offline/hive/overlay.hpp"

namespace rdpsweep::offline {

struct HiveLog;

enum class HiveState : std::uint8_t {
    clean,     // all that Windows wrote is in the file, and its logs were not read
    replayed,  // the rest was in the logs, without a gap
    untrusted, // the file or the logs lack something; what is read may be old or half written
};

// What was taken from the logs.
struct Replay {
    HiveState state = HiveState::untrusted;
    std::size_t entries = 0; // a log of whole pages counts as one
    std::size_t runs = 0;    // of neighbouring bytes
    std::uint64_t bytes = 0;
};

// The bytes of a hive that can be read.
class LoggedHive final : public ByteSource {
public:
    // Replays logs (.LOG1 and .LOG2, in this order; none where there is no such file) over a hive
    // that is dirty. All must outlive it: of the logs only the places are kept. Fails where the
    // hive itself cannot be read; a log that cannot makes the hive untrusted.
    static Result<std::unique_ptr<LoggedHive>>
    open(ByteSource& hive, std::span<ByteSource* const> logs);

    [[nodiscard]] std::uint64_t size() const noexcept override { return overlay_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        return overlay_.read(offset, into);
    }

    [[nodiscard]] const Replay& replay() const noexcept { return replay_; }

private:
    explicit LoggedHive(ByteSource& hive) noexcept
        : hive_(hive), overlay_(hive), base_source_(base_) {}

    bool replay_entries(std::vector<HiveLog> logs, bool base_right);
    bool replay_pages(const std::vector<HiveLog>& logs, bool base_right);

    ByteSource& hive_;
    Overlay overlay_;
    Replay replay_;
    std::array<std::byte, base_block_length> base_{}; // as it is after the replay
    MemorySource base_source_;
};

} // namespace rdpsweep::offline
