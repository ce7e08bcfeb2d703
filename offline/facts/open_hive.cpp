// Opens logs only where they are needed.
#include "offline/facts/open_hive.hpp"

#include <array>
#include <utility>

namespace rdpsweep::offline {

namespace {

// Stands for a log that is there and cannot be opened: what was in it is missing.
class LostLog final : public ByteSource {
public:
    explicit LostLog(Error error) : error_(std::move(error)) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return cells_begin; }

    Status read(std::uint64_t /*offset*/, std::span<std::byte> /*into*/) override { return error_; }

private:
    Error error_;
};

bool needs_logs(ByteSource& file) {
    std::array<std::byte, base_block_length> head{};
    if (file.size() < head.size() || !file.read(0, head)) return true;
    const auto base = read_base_block(head);
    return !base || base->dirty();
}

} // namespace

void OpenHive::add_log(const OpenFile& open, const std::string& path) {
    auto log = open(path);
    if (!log && log.error().code() == Errc::not_found) return;
    if (log)
        logs_.push_back(*std::move(log));
    else
        logs_.push_back(std::make_unique<LostLog>(log.error()));
}

Result<std::unique_ptr<OpenHive>> OpenHive::open(const OpenFile& open, const std::string& path) {
    auto file = open(path);
    if (!file) return std::move(file).error();
    std::unique_ptr<OpenHive> made(new OpenHive());
    made->file_ = *std::move(file);
    if (needs_logs(*made->file_)) {
        for (const auto* ending : {".LOG1", ".LOG2"})
            made->add_log(open, path + ending);
    }
    std::vector<ByteSource*> logs;
    logs.reserve(made->logs_.size());
    for (const auto& log : made->logs_)
        logs.push_back(log.get());
    auto bytes = LoggedHive::open(*made->file_, logs);
    if (!bytes) return std::move(bytes).error();
    made->bytes_ = *std::move(bytes);
    auto hive = Hive::open(*made->bytes_);
    if (!hive) return std::move(hive).error();
    if (auto root = hive->root(); !root) return std::move(root).error();
    made->hive_ = *std::move(hive);
    return made;
}

} // namespace rdpsweep::offline
