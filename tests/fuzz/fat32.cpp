// A FAT32 volume that is asked for a file. It ends, with no more reads than there are clusters.
#include "offline/fat32.hpp"

#include "tests/fuzz/target.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;

class Counted final : public ByteSource {
public:
    explicit Counted(std::span<const std::byte> bytes) : memory_(bytes) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return memory_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        ++reads;
        auto done = memory_.read(offset, into);
        beyond = beyond || !done;
        return done;
    }

    std::size_t reads = 0;
    bool beyond = false;

private:
    MemorySource memory_;
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t most = 8192;
    const auto* first = reinterpret_cast<const std::byte*>(data);
    for (const auto* path : {"\\EFI\\Microsoft\\Boot\\BCD", "/a long name of a file.txt", "EFI"}) {
        Counted volume({first, size});
        const auto file = read_fat32_file(volume, path, most);
        must(!file || file->size() <= most, "a file is no longer than it may be");
        // A folder's chain is bounded by the clusters there are: of 512 bytes, each in one folder.
        must(volume.reads <= 5 * (2 * size / 512 + 2) + 1, "each cluster is read once a folder");
        if (!file) {
            const auto code = file.error().code();
            must(
                code == Errc::malformed_output || code == Errc::not_found ||
                    code == Errc::unsupported || code == Errc::output_limit,
                "an error is the volume's"
            );
        }
    }
    return 0;
}
