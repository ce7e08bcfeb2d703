// Reads values by their type.
#include "offline/hive/typed.hpp"

#include "core/unicode.hpp"

#include <utility>

#include "offline/hive/names.hpp"

namespace rdpsweep::offline {

namespace {

// An odd last byte is the lower half of a character, as .NET has it.
std::u16string characters(Bytes bytes) {
    auto text = read_name(bytes, NameBytes::wide);
    if (bytes.size() % 2 != 0) {
        text += static_cast<char16_t>(std::to_integer<unsigned>(bytes.back()));
    }
    return text;
}

// Nothing: there are more bytes than the number has; missing ones are zero.
template <class Number>
std::optional<Number> number_of(const std::vector<std::byte>& data) {
    if (data.size() > sizeof(Number)) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (std::size_t at = data.size(); at-- > 0;) {
        number = number << 8U | std::to_integer<std::uint64_t>(data[at]);
    }
    return static_cast<Number>(number);
}

// Returns what convert makes of a value; what it makes nothing of has another type.
template <class T>
Found<T> converted(Found<Value> value, std::optional<T> (*convert)(const Value&)) {
    if (!value) {
        return std::move(value).error();
    }
    if (!*value) {
        return std::optional<T>();
    }
    auto made = convert(**value);
    if (!made) {
        return Error(
            Phase::run,
            Errc::unsupported,
            "wrong type: " + std::to_string((*value)->type) + " of " +
                std::to_string((*value)->data.size()) + " bytes"
        );
    }
    return made;
}

} // namespace

std::optional<std::string> text_of(const Value& value) {
    if (value.type != reg_type::text && value.type != reg_type::expandable_text) {
        return std::nullopt;
    }
    const auto text = characters(value.data);
    return name_text(std::u16string_view(text).substr(0, text.find(u'\0')));
}

std::optional<std::vector<std::string>> texts_of(const Value& value) {
    if (value.type != reg_type::texts) {
        return std::nullopt;
    }
    const auto all = characters(value.data);
    std::vector<std::string> texts;
    for (std::u16string_view rest(all); !rest.empty() && rest.front() != u'\0';) {
        const auto text = rest.substr(0, rest.find(u'\0'));
        texts.push_back(name_text(text));
        rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    }
    return texts;
}

std::optional<std::uint32_t> dword_of(const Value& value) {
    return value.type == reg_type::dword ? number_of<std::uint32_t>(value.data) : std::nullopt;
}

std::optional<std::uint64_t> qword_of(const Value& value) {
    return value.type == reg_type::qword ? number_of<std::uint64_t>(value.data) : std::nullopt;
}

std::optional<std::vector<std::byte>> binary_of(const Value& value) {
    return value.type == reg_type::binary ? std::optional(value.data) : std::nullopt;
}

Found<Value> read_value(const Hive& hive, const std::optional<Key>& key, std::string_view name) {
    if (!key) {
        return std::optional<Value>();
    }
    auto entry = hive.value(*key, name);
    if (!entry) {
        return std::move(entry).error();
    }
    if (!*entry) {
        return std::optional<Value>();
    }
    auto data = hive.data(**entry);
    if (!data) {
        return std::move(data).error();
    }
    return std::optional(Value{.type = (*entry)->type, .data = *std::move(data)});
}

Found<std::string>
read_text(const Hive& hive, const std::optional<Key>& key, std::string_view name) {
    return converted(read_value(hive, key, name), text_of);
}

Found<std::vector<std::string>>
read_texts(const Hive& hive, const std::optional<Key>& key, std::string_view name) {
    return converted(read_value(hive, key, name), texts_of);
}

Found<std::uint32_t>
read_dword(const Hive& hive, const std::optional<Key>& key, std::string_view name) {
    return converted(read_value(hive, key, name), dword_of);
}

Found<std::uint64_t>
read_qword(const Hive& hive, const std::optional<Key>& key, std::string_view name) {
    return converted(read_value(hive, key, name), qword_of);
}

Found<std::vector<std::byte>>
read_binary(const Hive& hive, const std::optional<Key>& key, std::string_view name) {
    return converted(read_value(hive, key, name), binary_of);
}

} // namespace rdpsweep::offline
