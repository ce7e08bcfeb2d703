// Cells that have a form: keys, values, and the lists of keys.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <functional>

#include "offline/hive/hive.hpp"

namespace rdpsweep::offline {

// Reads the key ("nk") in a cell.
Result<Key> read_key(const Cells& cells, std::uint32_t cell);

// Reads the value ("vk") in a cell.
Result<ValueEntry> read_value_entry(const Cells& cells, std::uint32_t cell);

// One key of a list, and what the list says of its name.
struct ListedKey {
    enum class Hint : std::uint8_t {
        none,  // "li"
        begin, // "lf": the first four characters
        hash,  // "lh": a number made of the name
    };

    std::uint32_t cell = no_cell;
    Hint kind = Hint::none;
    std::uint32_t hint = 0;
};

// Tells whether the key may have the name, which is in capitals, as far as its list says.
bool may_be(const ListedKey& listed, std::u16string_view capitals) noexcept;

// Returns the keys that a key's list names, in its order; a list may be one of lists ("ri"), and
// those then no further ones.
Result<std::vector<ListedKey>> listed_keys(const Cells& cells, const Key& key);

} // namespace rdpsweep::offline
