// A disk's partition table. What is found lies within the disk, whatever the table says. A GPT's
// checksums are made right again, so that what is behind them is read.
#include "core/digest.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "offline/bytes.hpp"
#include "offline/partition_table.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;

void check_table(ByteSource& disk) {
    const auto table = read_partition_table(disk);
    if (!table) {
        must(table.error().code() == Errc::malformed_output, "the disk itself gave no error");
        return;
    }
    must(table->partitions.size() <= most_partitions, "partitions are bounded");
    for (const auto& one : table->partitions) {
        must(one.length != 0 && one.offset < disk.size(), "a partition begins within the disk");
        must(one.length <= disk.size() - one.offset, "a partition ends within the disk");
        PartSource volume(disk, one.offset, one.length);
        const auto kind = kind_of_volume(volume);
        must(
            kind && (*kind == one.kind || one.kind == VolumeKind::dynamic_disk ||
                     one.kind == VolumeKind::storage_spaces),
            "a kind is the first sector's or the type's"
        );
    }
}

void put(std::vector<std::byte>& disk, std::size_t at, std::uint32_t number) {
    std::memcpy(disk.data() + at, &number, sizeof number);
}

std::string_view text(const std::vector<std::byte>& disk, std::size_t at, std::size_t length) {
    return {reinterpret_cast<const char*>(disk.data() + at), length};
}

// Makes the checksums of the header at that place right, where there is one.
void repair(std::vector<std::byte>& disk, std::size_t at) {
    if (at + 512 > disk.size()) return;
    const auto entries = number_at<std::uint64_t>(disk, at + 72).value_or(0) * 512;
    const auto length = std::uint64_t{number_at<std::uint32_t>(disk, at + 80).value_or(0)} *
                        number_at<std::uint32_t>(disk, at + 84).value_or(0);
    if (entries <= disk.size() && length <= disk.size() - entries) {
        put(disk, at + 88, crc32(text(disk, entries, length)));
    }
    const auto size = number_at<std::uint32_t>(disk, at + 12).value_or(0);
    put(disk, at + 16, 0);
    if (size <= 512) put(disk, at + 16, crc32(text(disk, at, size)));
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* first = reinterpret_cast<const std::byte*>(data);
    std::vector<std::byte> bytes(first, first + size);
    MemorySource disk(bytes);
    check_table(disk);
    repair(bytes, 512);
    if (size >= 1024) repair(bytes, size / 512 * 512 - 512);
    check_table(disk);
    return 0;
}
