// Both kinds of streams that libfsntfs has, read alike.
#include "offline/ntfs_stream.hpp"

#include <limits>
#include <utility>

namespace rdpsweep::offline {
namespace {

struct StreamDeleter {
    void operator()(libfsntfs_data_stream_t* stream) const noexcept {
        libfsntfs_data_stream_free(&stream, nullptr);
    }
};

using NamedStream = std::unique_ptr<libfsntfs_data_stream_t, StreamDeleter>;

class NtfsStream final : public ByteSource {
public:
    NtfsStream(
        std::shared_ptr<NtfsLibrary> library,
        NtfsRecord record,
        NamedStream named,
        std::uint64_t size
    ) noexcept
        : library_(std::move(library)), record_(std::move(record)), named_(std::move(named)),
          size_(size) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        if (auto inside = lies_within(size_, offset, into.size()); !inside) {
            return inside;
        }
        while (!into.empty()) {
            const auto got = library_->ask("a file", [&](libfsntfs_error_t** error) {
                return some(static_cast<off64_t>(offset), into, error);
            });
            if (!got) {
                return got.error();
            }
            if (*got == 0) {
                return ntfs_error(Errc::malformed_output, "a file ends before its end");
            }
            offset += static_cast<std::uint64_t>(*got);
            into = into.subspan(static_cast<std::size_t>(*got));
        }
        return {};
    }

private:
    ssize_t some(off64_t offset, std::span<std::byte> into, libfsntfs_error_t** error) {
        if (named_) {
            return libfsntfs_data_stream_read_buffer_at_offset(
                named_.get(), into.data(), into.size(), offset, error
            );
        }
        return libfsntfs_file_entry_read_buffer_at_offset(
            record_.get(), into.data(), into.size(), offset, error
        );
    }

    std::shared_ptr<NtfsLibrary> library_; // goes last
    NtfsRecord record_;
    NamedStream named_; // goes before its record
    std::uint64_t size_;
};

} // namespace

std::unique_ptr<ByteSource>
ntfs_stream(std::shared_ptr<NtfsLibrary> library, NtfsRecord record, std::uint64_t size) {
    return std::make_unique<NtfsStream>(std::move(library), std::move(record), nullptr, size);
}

Result<std::unique_ptr<ByteSource>>
ntfs_named_stream(std::shared_ptr<NtfsLibrary> library, NtfsRecord record, std::string_view name) {
    libfsntfs_data_stream_t* raw = nullptr;
    size64_t size = 0;
    const auto got = library->ask(name, [&](libfsntfs_error_t** error) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(name.data());
        const int found = libfsntfs_file_entry_get_alternate_data_stream_by_utf8_name(
            record.get(), bytes, name.size(), &raw, error
        );
        return found != 1 ? found : libfsntfs_data_stream_get_size(raw, &size, error);
    });
    NamedStream named(raw);
    if (!got) {
        return got.error();
    }
    if (!named || size > std::numeric_limits<std::int64_t>::max()) {
        return ntfs_error(Errc::malformed_output, std::string(name) + " is not there");
    }
    return std::unique_ptr<ByteSource>(
        std::make_unique<NtfsStream>(std::move(library), std::move(record), std::move(named), size)
    );
}

} // namespace rdpsweep::offline
