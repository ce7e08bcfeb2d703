// Reads the cell of a key and that of a value.
#include "offline/hive/records.hpp"

#include <utility>

#include "offline/bytes.hpp"
#include "offline/hive/names.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t key_head = 76;            // then comes the name
constexpr std::size_t key_name_most = 512;      // 255 characters
constexpr std::size_t value_head = 20;          // then comes the name
constexpr std::size_t value_name_most = 32'768; // 16,383 characters

constexpr std::uint16_t key_signature = 0x6B6E;   // "nk"
constexpr std::uint16_t value_signature = 0x6B76; // "vk"

constexpr std::uint16_t narrow_key = 0x20; // flags: each byte of the name is a character
constexpr std::uint16_t narrow_value = 0x01;

constexpr std::uint32_t is_inline = 0x80000000; // of a value's size

std::uint32_t dword_at(Bytes bytes, std::size_t at) {
    return number_at<std::uint32_t>(bytes, at).value_or(0);
}

std::uint16_t word_at(Bytes bytes, std::size_t at) {
    return number_at<std::uint16_t>(bytes, at).value_or(0);
}

} // namespace

Result<Key> read_key(const Cells& cells, std::uint32_t cell) {
    auto bytes = cells.read(cell, key_head + key_name_most);
    if (!bytes) {
        return std::move(bytes).error();
    }
    const auto length = word_at(*bytes, 72);
    const auto name = slice(*bytes, key_head, length);
    if (word_at(*bytes, 0) != key_signature || length == 0 || !name) {
        return bad_cell(cell, "is not a key");
    }
    const bool narrow = (word_at(*bytes, 2) & narrow_key) != 0;
    return Key{
        .name = read_name(*name, narrow ? NameBytes::narrow : NameBytes::wide),
        .cell = cell,
        .written = number_at<std::uint64_t>(*bytes, 4).value_or(0),
        .subkeys = dword_at(*bytes, 20),
        .subkey_list = dword_at(*bytes, 28),
        .values = dword_at(*bytes, 36),
        .value_list = dword_at(*bytes, 40),
        .security = dword_at(*bytes, 44)};
}

Result<ValueEntry> read_value_entry(const Cells& cells, std::uint32_t cell) {
    auto bytes = cells.read(cell, value_head + value_name_most);
    if (!bytes) {
        return std::move(bytes).error();
    }
    const auto length = word_at(*bytes, 2);
    const auto name = slice(*bytes, value_head, length);
    if (word_at(*bytes, 0) != value_signature || bytes->size() < value_head || !name) {
        return bad_cell(cell, "is not a value");
    }
    const bool narrow = (word_at(*bytes, 16) & narrow_value) != 0;
    const auto size = dword_at(*bytes, 4);
    ValueEntry value;
    value.name = read_name(*name, narrow ? NameBytes::narrow : NameBytes::wide);
    value.type = dword_at(*bytes, 12);
    value.size = size & ~is_inline;
    if ((size & is_inline) == 0) {
        value.cell = dword_at(*bytes, 8);
        return value;
    }
    if (value.size > sizeof(std::uint32_t)) {
        return bad_cell(cell, "is a value that cannot hold its data");
    }
    value.inline_data = dword_at(*bytes, 8);
    return value;
}

} // namespace rdpsweep::offline
