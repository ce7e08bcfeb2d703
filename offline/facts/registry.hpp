// The registry of a Windows that does not run: its hives SYSTEM and SOFTWARE, and places in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/facts/document.hpp"
#include "offline/hive/typed.hpp"

namespace rdpsweep::offline {

// A key that is asked for its values: it is there, it is not there, or that cannot be told.
struct Place {
    const Hive* hive = nullptr;
    Result<std::optional<Key>> key = std::optional<Key>();

    [[nodiscard]] bool there() const noexcept { return key && key->has_value(); }
};

class Registry {
public:
    // set: the control set in use, "ControlSet001". no_software: why there is no hive SOFTWARE.
    Registry(const Hive& system, std::string set, const Hive* software, Error no_software)
        : system_(system), set_(std::move(set)), software_(software),
          no_software_(std::move(no_software)) {}

    // Returns the key at a path below the control set in use, "Control\\Lsa".
    [[nodiscard]] Place current(std::string_view path) const;

    // Returns the key at a path below HKLM\SOFTWARE.
    [[nodiscard]] Place software(std::string_view path) const;

private:
    const Hive& system_;
    std::string set_;
    const Hive* software_; // null: it cannot be read
    Error no_software_;
};

// Returns the key at a path below another one.
Place below(const Place& place, std::string_view path);

// Returns the keys below one, 64 at most, as the collector takes them. What of them cannot be read
// is noted at pointer.
std::vector<Key> keys_below(const Place& place, std::string_view pointer, Document& document);

// Returns the values of a key; what cannot be read is noted at pointer.
std::vector<ValueEntry> values_of(const Place& place, std::string_view pointer, Document& document);

// Returns the name of a key or a value as UTF-8, cut where Windows makes none so long.
std::string name_of_key(const Key& key);
std::string name_of_value(const ValueEntry& value);

// Returns Unix seconds of a FILETIME; nothing for none, and for what no clock says.
std::optional<std::int64_t> unix_of_filetime(std::uint64_t filetime) noexcept;

} // namespace rdpsweep::offline
