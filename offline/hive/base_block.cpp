// Fields of a base block, and the sum over them.
#include "offline/hive/base_block.hpp"

namespace rdpsweep::offline {

std::uint32_t base_checksum(Bytes block) noexcept {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < base_field::checksum; at += sizeof sum) {
        sum ^= number_at<std::uint32_t>(block, at).value_or(0);
    }
    // Two sums have another meaning.
    if (sum == ~std::uint32_t{0}) {
        return ~std::uint32_t{1};
    }
    return sum == 0 ? 1 : sum;
}

std::optional<BaseBlock> read_base_block(Bytes bytes) noexcept {
    constexpr std::uint32_t signature = 0x66676572; // "regf"
    if (bytes.size() < base_block_length || number_at<std::uint32_t>(bytes, 0) != signature) {
        return std::nullopt;
    }
    const auto field = [bytes](std::size_t at) {
        return number_at<std::uint32_t>(bytes, at).value_or(0);
    };
    BaseBlock block;
    block.primary = field(base_field::primary);
    block.secondary = field(base_field::secondary);
    block.written = number_at<std::uint64_t>(bytes, base_field::written).value_or(0);
    block.major = field(base_field::major);
    block.minor = field(base_field::minor);
    block.type = static_cast<HiveFile>(field(base_field::type));
    block.root = field(base_field::root);
    block.bins_size = field(base_field::bins_size);
    block.checksum_right = field(base_field::checksum) == base_checksum(bytes);
    return block;
}

} // namespace rdpsweep::offline
