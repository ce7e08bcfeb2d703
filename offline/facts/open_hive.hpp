// A hive in files of a volume, with its logs brought in, and all that must live as long.
#pragma once

#include "core/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/hive/hive.hpp"
#include "offline/hive/replay.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

// Opens a file of a volume by its path.
using OpenFile = std::function<Result<std::unique_ptr<ByteSource>>(std::string_view path)>;

class OpenHive {
public:
    // Opens the file at path and, if it is dirty, the logs beside it.
    static Result<std::unique_ptr<OpenHive>> open(const OpenFile& open, const std::string& path);

    [[nodiscard]] const Hive& hive() const noexcept { return *hive_; }

    [[nodiscard]] const Replay& replay() const noexcept { return bytes_->replay(); }

private:
    OpenHive() = default;

    void add_log(const OpenFile& open, const std::string& path);

    std::unique_ptr<ByteSource> file_;
    std::vector<std::unique_ptr<ByteSource>> logs_;
    std::unique_ptr<LoggedHive> bytes_;
    std::optional<Hive> hive_;
};

// Bytes of its own.
class OwnedSource final : public ByteSource {
public:
    explicit OwnedSource(std::vector<std::byte> bytes) noexcept
        : bytes_(std::move(bytes)), source_(bytes_) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return source_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        return source_.read(offset, into);
    }

private:
    std::vector<std::byte> bytes_;
    MemorySource source_;
};

} // namespace rdpsweep::offline
