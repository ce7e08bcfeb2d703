// The registry of a simulated Windows: HKLM as a tree of keys whose copies share what is equal.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// Registry types (winnt.h).
inline constexpr std::uint32_t reg_sz = 1;
inline constexpr std::uint32_t reg_expand_sz = 2;
inline constexpr std::uint32_t reg_binary = 3;
inline constexpr std::uint32_t reg_dword = 4;
inline constexpr std::uint32_t reg_multi_sz = 7;

// data holds the bytes as Windows stores them: DWORDs little-endian, text UTF-16LE with its NUL.
struct RegistryValue {
    std::uint32_t type = reg_binary;
    std::string data;
};

RegistryValue dword_value(std::uint32_t number);
RegistryValue text_value(std::string_view utf8);
RegistryValue texts_value(const std::vector<std::string>& utf8);
RegistryValue binary_value(std::string bytes);

struct NamedValue {
    std::string name; // as spelled
    RegistryValue value;
};

struct RegistryKey {
    std::string name;                                         // as spelled
    std::optional<std::string> sddl;                          // empty: inherited, not worth telling
    std::map<std::string, NamedValue> values;                 // by lower-case name
    std::map<std::string, std::shared_ptr<RegistryKey>> keys; // by lower-case name
};

// Paths are relative to HKLM, separated by backslashes; names compare without regard to case.
// Copying is cheap: both copies share every key until one of them changes it.
class Registry {
public:
    Registry();

    // Creates the key where needed.
    void set(std::string_view path, std::string_view name, RegistryValue value);
    void create(std::string_view path);
    void protect(std::string_view path, std::string sddl);

    // What does not exist is no error.
    void erase(std::string_view path);
    void erase_value(std::string_view path, std::string_view name);

    // Null when there is none.
    [[nodiscard]] const RegistryKey* find(std::string_view path) const;
    [[nodiscard]] const RegistryValue* value(std::string_view path, std::string_view name) const;

    // Nothing when the value is absent or of another type.
    [[nodiscard]] std::optional<std::uint32_t>
    dword(std::string_view path, std::string_view name) const;
    [[nodiscard]] std::optional<std::string>
    text(std::string_view path, std::string_view name) const; // REG_SZ, REG_EXPAND_SZ
    [[nodiscard]] std::optional<std::vector<std::string>>
    texts(std::string_view path, std::string_view name) const; // REG_MULTI_SZ
    [[nodiscard]] std::optional<std::string>
    binary(std::string_view path, std::string_view name) const;

    // Every key with its full path, parents first.
    void visit(const std::function<void(const std::string&, const RegistryKey&)>& visitor) const;

private:
    RegistryKey& own(std::string_view path);

    std::shared_ptr<RegistryKey> root_;
};

} // namespace simfleet
