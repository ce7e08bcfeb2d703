// Values by their type, read as .NET does on a running Windows: what is odd in length is taken all
// the same, and a value of another type is told from one that is not there.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/hive/hive.hpp"

namespace rdpsweep::offline {

namespace reg_type {
inline constexpr std::uint32_t none = 0;
inline constexpr std::uint32_t text = 1;
inline constexpr std::uint32_t expandable_text = 2;
inline constexpr std::uint32_t binary = 3;
inline constexpr std::uint32_t dword = 4;
inline constexpr std::uint32_t texts = 7;
inline constexpr std::uint32_t qword = 11;
} // namespace reg_type

struct Value {
    std::uint32_t type = reg_type::none;
    std::vector<std::byte> data;
};

// Nothing: the key or the value is not there. Error: it may be there, and cannot be read;
// {run, unsupported}: it is there, and of another type.
template <class T>
using Found = Result<std::optional<T>>;

// Returns the value of any type of a key; key is nothing where there is no such key.
Found<Value> read_value(const Hive& hive, const std::optional<Key>& key, std::string_view name);

// Returns REG_SZ or REG_EXPAND_SZ, not expanded, as UTF-8 up to its first NUL.
Found<std::string>
read_text(const Hive& hive, const std::optional<Key>& key, std::string_view name);

// Returns REG_MULTI_SZ up to its first empty text.
Found<std::vector<std::string>>
read_texts(const Hive& hive, const std::optional<Key>& key, std::string_view name);

// Returns REG_DWORD of up to four bytes.
Found<std::uint32_t>
read_dword(const Hive& hive, const std::optional<Key>& key, std::string_view name);

// Returns REG_QWORD of up to eight bytes.
Found<std::uint64_t>
read_qword(const Hive& hive, const std::optional<Key>& key, std::string_view name);

// Returns REG_BINARY.
Found<std::vector<std::byte>>
read_binary(const Hive& hive, const std::optional<Key>& key, std::string_view name);

// Do the same with what was read; nothing: the value is of another type, or too long for it.
std::optional<std::string> text_of(const Value& value);
std::optional<std::vector<std::string>> texts_of(const Value& value);
std::optional<std::uint32_t> dword_of(const Value& value);
std::optional<std::uint64_t> qword_of(const Value& value);
std::optional<std::vector<std::byte>> binary_of(const Value& value);

} // namespace rdpsweep::offline
