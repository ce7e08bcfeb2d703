// A long name lies in entries before the short one, last part first, tied to it by a checksum.
#include "offline/fat_directory.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep::offline {
namespace {

constexpr std::size_t fat_entry_bytes = 32;
constexpr std::uint8_t end_mark = 0x00;
constexpr std::uint8_t deleted_mark = 0xE5;
constexpr std::uint8_t long_name_bits = 0x0F;
constexpr std::uint8_t label_bit = 0x08;
constexpr std::uint8_t folder_bit = 0x10;
constexpr unsigned most_parts = 20; // 255 characters

std::uint8_t byte_of(Bytes entry, std::size_t at) noexcept {
    return number_at<std::uint8_t>(entry, at).value_or(0);
}

std::string chars_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Returns "BCD" or "BOOTMGFW.EFI".
std::string short_name(Bytes entry) {
    auto name = chars_of(entry.first(8));
    auto extension = chars_of(entry.subspan(8, 3));
    if (name.front() == '\x05') {
        name.front() = '\xE5'; // which would mark it as deleted
    }
    name.erase(name.find_last_not_of(' ') + 1);
    extension.erase(extension.find_last_not_of(' ') + 1);
    return extension.empty() ? name : name + "." + extension;
}

std::uint8_t checksum_of(Bytes entry) noexcept {
    unsigned sum = 0;
    for (std::size_t i = 0; i < 11; ++i) {
        sum = (((sum & 1U) << 7U) + (sum >> 1U) + byte_of(entry, i)) & 0xFFU;
    }
    return static_cast<std::uint8_t>(sum);
}

// The parts of a long name while its entries are passed.
class LongName {
public:
    void take(Bytes entry) {
        const unsigned number = byte_of(entry, 0);
        if ((number & 0x40U) != 0) {
            *this = {};
            awaited_ = number & 0x3FU;
            checksum_ = byte_of(entry, 13);
        }
        const bool fits = awaited_ != 0 && awaited_ <= most_parts && (number & 0x3FU) == awaited_ &&
                          byte_of(entry, 13) == checksum_;
        if (!fits) {
            *this = {};
            return;
        }
        --awaited_;
        units_ = chars_of(entry.subspan(1, 10)) + chars_of(entry.subspan(14, 12)) +
                 chars_of(entry.subspan(28, 4)) + units_;
    }

    // Returns the name that belongs to the short entry, in UTF-8; empty when there is none.
    [[nodiscard]] std::string of(Bytes entry) const {
        if (awaited_ != 0 || units_.empty() || checksum_of(entry) != checksum_) {
            return {};
        }
        auto name = utf16le_to_utf8(units_);
        name.erase(std::min(name.find('\0'), name.size()));
        return name;
    }

private:
    unsigned awaited_ = 0;
    std::uint8_t checksum_ = 0;
    std::string units_; // UTF-16LE
};

} // namespace

std::optional<FatEntry> find_fat_entry(Bytes folder, std::string_view name) {
    LongName long_name;
    for (std::size_t at = 0; at + fat_entry_bytes <= folder.size(); at += fat_entry_bytes) {
        const auto entry = folder.subspan(at, fat_entry_bytes);
        const auto first = byte_of(entry, 0);
        const auto bits = byte_of(entry, 11);
        if (first == end_mark) {
            break;
        }
        if (first != deleted_mark && (bits & 0x3FU) == long_name_bits) {
            long_name.take(entry);
            continue;
        }
        const auto known = std::exchange(long_name, {});
        if (first == deleted_mark || (bits & label_bit) != 0) {
            continue;
        }
        if (iequals(short_name(entry), name) || iequals(known.of(entry), name)) {
            const auto high = number_at<std::uint16_t>(entry, 20).value_or(0);
            const auto low = number_at<std::uint16_t>(entry, 26).value_or(0);
            return FatEntry{
                .folder = (bits & folder_bit) != 0,
                .first_cluster = std::uint32_t{high} << 16U | low,
                .size = number_at<std::uint32_t>(entry, 28).value_or(0)};
        }
    }
    return std::nullopt;
}

} // namespace rdpsweep::offline
