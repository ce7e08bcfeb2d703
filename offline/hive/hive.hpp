// A hive of the registry, read where it is asked: a key by its path, a value by its name. Of a hive
// of a hundred megabytes that takes a few blocks; nothing walks through it.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/hive/cells.hpp"

namespace rdpsweep::offline {

// How much of a hive one question may bring; a sound hive has no more.
namespace hive_limit {
inline constexpr std::size_t path_keys = 512;         // one below the other; Windows' own limit
inline constexpr std::size_t subkeys = 1U << 17U;     // of one key
inline constexpr std::size_t values = 1U << 16U;      // of one key
inline constexpr std::size_t names = 16U << 20U;      // bytes of a listing's names
inline constexpr std::size_t data = 1U << 20U;        // bytes of a value
inline constexpr std::size_t descriptor = 64U << 10U; // bytes of a security descriptor
} // namespace hive_limit

struct Key {
    std::u16string name;
    std::uint32_t cell = no_cell;
    std::uint64_t written = 0; // when the key was written last, as FILETIME
    std::uint32_t subkeys = 0;
    std::uint32_t subkey_list = no_cell;
    std::uint32_t values = 0;
    std::uint32_t value_list = no_cell;
    std::uint32_t security = no_cell;
};

// What a key says of a value; its data is read by Hive::data().
struct ValueEntry {
    std::u16string name; // empty for the default value
    std::uint32_t type = 0;
    std::uint32_t size = 0;
    std::uint32_t cell = no_cell;                  // of the data,
    std::optional<std::uint32_t> inline_data = {}; // or the data itself
};

// What of a list could be read. Where there is something unreadable, nothing can be said to be
// absent.
template <class T>
struct Listing {
    std::vector<T> found;
    std::size_t unreadable = 0;
};

// Each function fails with Error{run, malformed_output} where the hive is damaged on the way,
// {run, output_limit} where it holds more than is read, and with the errors of the source.
class Hive {
public:
    // Opens what is a hive of a version that is known (1.3 to 1.6); the bytes must outlive it, and
    // should be kept once read, as BlockCache does. Whether the hive is dirty is not asked here.
    static Result<Hive> open(ByteSource& bytes);

    [[nodiscard]] Result<Key> root() const;

    // Returns the key at a path below the root, "Select" or "ControlSet001\\Services"; nothing
    // where there is none.
    [[nodiscard]] Result<std::optional<Key>> find(std::string_view path) const;
    [[nodiscard]] Result<std::optional<Key>> find(const Key& from, std::string_view path) const;

    [[nodiscard]] Result<Listing<Key>> subkeys(const Key& key) const;
    [[nodiscard]] Result<Listing<ValueEntry>> values(const Key& key) const;

    // Returns a value of a key by its name, "" for the default one; nothing where there is none.
    [[nodiscard]] Result<std::optional<ValueEntry>>
    value(const Key& key, std::string_view name) const;

    // Returns the data of a value, all of it or none.
    [[nodiscard]] Result<std::vector<std::byte>>
    data(const ValueEntry& value, std::size_t most = hive_limit::data) const;

    // Returns the self-relative security descriptor of a key.
    [[nodiscard]] Result<std::vector<std::byte>> security(const Key& key) const;

private:
    Hive(Cells cells, std::uint32_t root, std::uint32_t minor) noexcept
        : cells_(cells), root_(root), minor_(minor) {}

    [[nodiscard]] Result<std::optional<Key>> child(const Key& key, std::u16string_view name) const;
    [[nodiscard]] Result<std::vector<std::uint32_t>> value_cells(const Key& key) const;
    [[nodiscard]] Result<std::vector<std::byte>>
    big_data(std::uint32_t cell, std::size_t size) const;

    Cells cells_;
    std::uint32_t root_;
    std::uint32_t minor_;
};

} // namespace rdpsweep::offline
