// A dirty hive and a log of any bytes: entries count by their hashes only, and a hive that lacks
// something is never called whole.
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "offline/hive/base_block.hpp"
#include "offline/hive/log_entry.hpp"
#include "offline/hive/marvin.hpp"
#include "offline/hive/replay.hpp"
#include "offline/source.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;
using Buffer = std::vector<std::byte>;

void put(std::span<std::byte> bytes, std::size_t at, std::uint64_t number, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i)
        bytes[at + i] = static_cast<std::byte>(number >> (8 * i));
}

// Gives a base block the checksum that it should have.
void mend_base(std::span<std::byte> block) {
    put(block, base_field::checksum, base_checksum(block), 4);
}

// Gives entries the hashes that they should have, so that what is behind the hashes is read too.
void mend_entries(std::span<std::byte> log) {
    std::size_t place = base_block_length;
    while (place + 512 <= log.size()) {
        const auto size = number_at<std::uint32_t>(log, place + 4).value_or(0);
        if (size < 512 || size % 512 != 0 || size > log.size() - place) return;
        const auto entry = log.subspan(place, size);
        Marvin32 pages;
        pages.add(entry.subspan(40));
        put(entry, 24, pages.finish(), 8);
        Marvin32 head;
        head.add(entry.first(32));
        put(entry, 32, head.finish(), 8);
        place += size;
    }
}

// Reads all of a hive piece by piece and at once.
void check_bytes(LoggedHive& logged) {
    Buffer whole(std::min<std::uint64_t>(logged.size(), 1U << 20U));
    must(logged.read(0, whole).has_value(), "all of it can be read");
    std::array<std::byte, 777> part{};
    for (std::size_t at = 0; at + part.size() <= whole.size(); at += 4001) {
        must(logged.read(at, part).has_value(), "and any part of it");
        must(
            std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(at)),
            "which is the same"
        );
    }
}

void check(Buffer hive, const Buffer& log) {
    MemorySource below(hive);
    MemorySource source(log);
    std::array<ByteSource*, 2> logs{&source, nullptr};
    const auto logged = LoggedHive::open(below, logs);
    if (!logged) return;
    const auto replay = (*logged)->replay();
    must(
        replay.entries > 0 || replay.state != HiveState::replayed, "nothing taken is not replayed"
    );
    must(replay.entries > 0 || (*logged)->size() == below.size(), "nothing taken is as it was");
    check_bytes(**logged);
    const auto before = read_base_block(hive);
    const bool dirty = !before || before->dirty() || before->type != HiveFile::hive;
    must(!dirty || replay.state != HiveState::clean, "a dirty hive is never clean");
    if (replay.state != HiveState::replayed) return;
    Buffer base(base_block_length);
    must((*logged)->read(0, base).has_value(), "a base block");
    const auto after = read_base_block(base);
    must(after && !after->dirty() && after->type == HiveFile::hive, "what is replayed is clean");
    const auto again = LoggedHive::open(**logged, logs);
    must(again && (*again)->replay().entries == 0, "and is not replayed twice");
}

// An entry whose pages have another byte is none.
void check_hashes(Buffer log) {
    MemorySource source(log);
    const auto entry = read_log_entry(source, base_block_length);
    if (!entry || !*entry) return;
    const auto last = base_block_length + (*entry)->size - 1;
    log[last] ^= std::byte{1};
    const auto changed = read_log_entry(source, base_block_length);
    must(changed && !*changed, "a changed byte is seen");
}

} // namespace

// The first byte says what is mended; the hive ends where the log's base block begins.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const auto mend = data[0];
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    constexpr std::size_t hive_size = 3 * 4096;
    if (bytes.size() < hive_size + base_block_length) return 0;
    Buffer hive(bytes.begin(), bytes.begin() + hive_size);
    Buffer log(bytes.begin() + hive_size, bytes.end());
    if ((mend & 1U) != 0) mend_base(hive);
    if ((mend & 2U) != 0) mend_base(log);
    if ((mend & 4U) != 0) mend_entries(log);
    check(hive, log);
    check_hashes(log);
    return 0;
}
