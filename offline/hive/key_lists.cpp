// The lists of a key's subkeys, and by which of their hints a name is found without reading all.
#include <algorithm>
#include <utility>

#include "offline/bytes.hpp"
#include "offline/hive/names.hpp"
#include "offline/hive/records.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t list_head = 4; // signature and number of elements

constexpr std::uint16_t plain_list = 0x696C; // "li"
constexpr std::uint16_t begin_list = 0x666C; // "lf"
constexpr std::uint16_t hash_list = 0x686C;  // "lh"
constexpr std::uint16_t root_list = 0x6972;  // "ri"

struct List {
    std::uint16_t signature = 0;
    std::vector<ListedKey> elements;
};

// The length of a cell is no measure: it may be long, and its list short.
Result<List> read_list(const Cells& cells, std::uint32_t cell) {
    auto head = cells.read(cell, list_head);
    if (!head) {
        return std::move(head).error();
    }
    List list;
    list.signature = number_at<std::uint16_t>(*head, 0).value_or(0);
    const auto count = number_at<std::uint16_t>(*head, 2).value_or(0);
    const bool hints = list.signature == begin_list || list.signature == hash_list;
    if (!hints && list.signature != plain_list && list.signature != root_list) {
        return bad_cell(cell, "is not a list of keys");
    }
    const std::size_t width = hints ? 8 : 4;
    auto bytes = cells.read(cell, list_head + width * count);
    if (!bytes) {
        return std::move(bytes).error();
    }
    if (bytes->size() < list_head + width * count) {
        return bad_cell(cell, "is shorter than its list of keys");
    }
    list.elements.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto& element = list.elements[i];
        element.cell = number_at<std::uint32_t>(*bytes, list_head + width * i).value_or(no_cell);
        if (hints) {
            element.kind =
                list.signature == hash_list ? ListedKey::Hint::hash : ListedKey::Hint::begin;
            element.hint = number_at<std::uint32_t>(*bytes, list_head + width * i + 4).value_or(0);
        }
    }
    return list;
}

// Compares as far as both are ASCII: what stands for other characters depends on the writer.
bool begins_so(std::uint32_t hint, std::u16string_view capitals) noexcept {
    const auto length = std::min<std::size_t>(capitals.size(), 4);
    for (std::size_t i = 0; i < length; ++i) {
        const auto letter = static_cast<char16_t>(hint >> (8 * i) & 0xFFU);
        if (letter == 0 || letter >= 0x80 || capitals[i] >= 0x80) {
            return true;
        }
        if (upcase(letter) != capitals[i]) {
            return false;
        }
    }
    return true;
}

} // namespace

bool may_be(const ListedKey& listed, std::u16string_view capitals) noexcept {
    switch (listed.kind) {
    case ListedKey::Hint::hash:
        return listed.hint == name_hash(capitals);
    case ListedKey::Hint::begin:
        return begins_so(listed.hint, capitals);
    case ListedKey::Hint::none:
        break;
    }
    return true;
}

Result<std::vector<ListedKey>> listed_keys(const Cells& cells, const Key& key) {
    if (key.subkeys == 0) {
        return std::vector<ListedKey>{};
    }
    auto top = read_list(cells, key.subkey_list);
    if (!top) {
        return std::move(top).error();
    }
    if (top->signature != root_list) {
        return std::move(top->elements);
    }
    std::vector<ListedKey> all;
    for (const auto& part : top->elements) {
        auto list = read_list(cells, part.cell);
        if (!list) {
            return std::move(list).error();
        }
        if (list->signature == root_list) {
            return bad_cell(part.cell, "is a list of lists in a list of lists");
        }
        if (all.size() + list->elements.size() > hive_limit::subkeys) {
            return Error(Phase::run, Errc::output_limit, "a key has more subkeys than are read");
        }
        all.insert(all.end(), list->elements.begin(), list->elements.end());
    }
    return all;
}

} // namespace rdpsweep::offline
