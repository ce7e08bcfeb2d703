// Writes and reads structs of options, member by member, as JSON: one list of the members serves
// both ways. Included by .cpp files only: it drags in the JSON library.
#pragma once

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rdpsweep::archive {

using nlohmann::json;

// What a number may be; of durations, in milliseconds.
struct Range {
    std::uint64_t low = 0;
    std::uint64_t high = UINT64_MAX;
};

// What becomes of a member that this version does not know.
enum class Unknown { refused, passed_over };

// The words of an enum: specialised as a constexpr array of {word, enumerator}.
template <class Enum>
struct Words;

template <class Enum>
json encoded(const Enum& value) requires std::is_enum_v<Enum> {
    for (const auto& [word, enumerator] : Words<Enum>::all) {
        if (enumerator == value) return word;
    }
    return nullptr;
}

template <class Plain>
json encoded(const Plain& value) requires(!std::is_enum_v<Plain>) {
    return value;
}

inline json encoded(const std::chrono::milliseconds& value) {
    return value.count();
}

template <class Value>
json encoded(const std::optional<Value>& value) {
    return value ? encoded(*value) : json();
}

// Each decode() sets value and returns nothing, or returns what was expected instead.
using Expected = std::optional<std::string>;

inline Expected decode(const json& from, bool& value, Range /*of numbers*/) {
    if (!from.is_boolean()) return "true or false";
    value = from.get<bool>();
    return {};
}

inline Expected decode(const json& from, std::string& value, Range /*of numbers*/) {
    if (!from.is_string()) return "a text";
    value = from.get<std::string>();
    return {};
}

inline Expected decode(const json& from, std::vector<std::string>& value, Range range) {
    if (!from.is_array()) return "a list of texts";
    std::vector<std::string> all;
    for (const auto& element : from) {
        if (decode(element, all.emplace_back(), range)) return "a list of texts";
    }
    value = std::move(all);
    return {};
}

inline std::string in_words(Range range) {
    return "a number from " + std::to_string(range.low) + " to " + std::to_string(range.high);
}

template <class Number>
Expected decode(const json& from, Number& value, Range range) requires std::is_integral_v<Number> {
    const bool whole = from.is_number_unsigned();
    const auto number = whole ? from.get<std::uint64_t>() : 0;
    if (!whole || number < range.low || number > range.high) return in_words(range);
    value = static_cast<Number>(number);
    return {};
}

inline Expected decode(const json& from, double& value, Range range) {
    const auto number = from.is_number() ? from.get<double>() : 0;
    // A tenth is the least pace that there is; zero would be none.
    constexpr double least = 0.1;
    if (!(number >= least) || number > static_cast<double>(range.high))
        return "a number from 0.1 to " + std::to_string(range.high);
    value = number;
    return {};
}

inline Expected decode(const json& from, std::chrono::milliseconds& value, Range range) {
    std::int64_t count = 0;
    auto expected = decode(from, count, range);
    if (!expected) value = std::chrono::milliseconds(count);
    return expected;
}

template <class Enum>
Expected decode(const json& from, Enum& value, Range /*of numbers*/) requires std::is_enum_v<Enum> {
    std::string expected;
    for (const auto& [word, enumerator] : Words<Enum>::all) {
        if (from.is_string() && from.get_ref<const std::string&>() == word) {
            value = enumerator;
            return {};
        }
        expected += (expected.empty() ? "one of " : ", ") + std::string(word);
    }
    return expected;
}

template <class Value>
Expected decode(const json& from, std::optional<Value>& value, Range range) {
    value.reset();
    if (from.is_null()) return {};
    return decode(from, value.emplace(), range);
}

class Writer {
public:
    explicit Writer(json& object) : object_(object) { object_ = json::object(); }

    template <class Value>
    void operator()(const char* name, const Value& value, Range /*checked on reading*/ = {}) {
        object_[name] = encoded(value);
    }

    // Writes a member that the first version did not store, or not as this: only where it is set,
    // so that a former version reads what does not use it. Not set is empty, false or 0, which has
    // to be its default in every version (docs/adr/0054-what-another-version-stored.md).
    template <class Value>
    void later(const char* name, const Value& value, Range /*checked on reading*/ = {}) {
        if (value != Value()) (*this)(name, value);
    }

    // Writes a group: list(writer, group) names the members of a group that is an object of its
    // own.
    template <class Group, class List>
    void inside(const char* name, const Group& group, Unknown /*unused*/, List list) {
        Writer writer(object_[name]);
        list(writer, group);
    }

    // Writes elements: each(writer, element) names the members of an element.
    template <class Element, class Each>
    void elements(const char* name, const std::vector<Element>& all, Each each) {
        auto& array = object_[name] = json::array();
        for (const auto& element : all) {
            Writer writer(array.emplace_back());
            each(writer, element);
        }
    }

private:
    json& object_;
};

// The first thing that is wrong is kept in problem, which all readers of a document share.
class Reader {
public:
    Reader(const json& object, std::string where, std::string& problem)
        : object_(object), where_(std::move(where)), problem_(problem) {
        if (!object_.is_object()) wrong(where_.empty() ? "it" : where_, "an object");
    }

    template <class Value>
    void operator()(const char* name, Value& value, Range range = {}) {
        const auto* member = find(name);
        if (member == nullptr) return;
        if (const auto expected = decode(*member, value, range)) wrong(place(name), *expected);
    }

    // Reads a member that the first version did not store.
    template <class Value>
    void later(const char* name, Value& value, Range range = {}) {
        (*this)(name, value, range);
    }

    template <class Group, class List>
    void inside(const char* name, Group& group, Unknown unknown, List list) {
        const auto* member = find(name);
        if (member == nullptr) return;
        Reader reader(*member, place(name), problem_);
        list(reader, group);
        if (unknown == Unknown::refused) reader.refuse_unknown();
    }

    template <class Element, class Each>
    void elements(const char* name, std::vector<Element>& all, Each each) {
        const auto* member = find(name);
        if (member == nullptr) return;
        if (!member->is_array()) return wrong(place(name), "a list");
        all.clear();
        for (const auto& element : *member) {
            Reader reader(element, place(name) + "/" + std::to_string(all.size()), problem_);
            each(reader, all.emplace_back());
        }
    }

    // Complains about a member that is no option.
    void refuse_unknown() {
        if (!object_.is_object() || !problem_.empty()) return;
        for (const auto& item : object_.items()) {
            if (std::find(asked_.begin(), asked_.end(), item.key()) != asked_.end()) continue;
            problem_ = printable(place(item.key()), 200) + " is unknown to this version";
            return;
        }
    }

private:
    const json* find(const char* name) {
        asked_.emplace_back(name);
        if (!object_.is_object()) return nullptr;
        const auto at = object_.find(name);
        return at == object_.end() ? nullptr : &*at;
    }

    [[nodiscard]] std::string place(const std::string& name) const { return where_ + "/" + name; }

    void wrong(const std::string& where, const std::string& expected) {
        if (problem_.empty()) problem_ = where + " is not " + expected;
    }

    const json& object_;
    std::string where_;
    std::string& problem_;
    std::vector<std::string_view> asked_; // names are literals
};

} // namespace rdpsweep::archive
