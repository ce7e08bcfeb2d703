// An NTFS volume: libfsntfs with our reads below it and our questions above. Whatever the volume
// says, every answer is bounded.
//
// The seed was made by mkntfs and ntfs-3g; it has a resident, a fragmented and a compressed file,
// one that WOF compressed, and a folder with an index of its own.
#include "offline/ntfs.hpp"

#include "tests/fuzz/target.hpp"
#include "tests/support/sparse_image.hpp"

#include "offline/block_cache.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;

constexpr std::size_t sectors = 4096;
constexpr std::size_t most_bytes = std::size_t{1} << 20U;

template <class T>
void check_error(const Result<T>& result) {
    if (result) return;
    const auto code = result.error().code();
    must(
        code == Errc::malformed_output || code == Errc::not_found || code == Errc::unsupported ||
            code == Errc::output_limit,
        "an error is the volume's or the budget's"
    );
}

void ask(NtfsVolume& volume) {
    check_error(volume.state());
    for (const auto* path :
         {"\\Windows\\System32\\config\\SYSTEM", "/frag", "/packed/text", "/tiny", "/wof"}) {
        const auto bytes = volume.read(path, most_bytes);
        check_error(bytes);
        must(!bytes || bytes->size() <= most_bytes, "a file is no longer than it may be");
        check_error(volume.descriptor(path));
    }
    const auto folder = volume.list("\\keys", 20);
    check_error(folder);
    must(!folder || folder->entries.size() <= 20, "no more entries than were asked for");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto image = sparse_image(data, size, sectors);
    MemorySource memory(image);
    BlockCache cache(memory, {.block = 4096, .most_requests = 2000, .most_bytes = 16U << 20U});
    auto volume = NtfsVolume::open(cache);
    check_error(volume);
    if (volume) ask(*volume);
    return 0;
}
