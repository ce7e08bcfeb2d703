// Reading the members of a JSON object without an exception and without a check a line: the first
// thing that is wrong is kept, what follows reads as empty, and the caller looks once at the end.
// Included by .cpp files only: it drags in the JSON library.
#pragma once

#include "core/error.hpp"
#include "core/foreign_text.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rdpsweep {

// Reads the members of one JSON object. The first thing that is wrong is kept in a place shared by
// all readers of the document, and everything after it is read as empty.
class Members {
public:
    Members(const nlohmann::json& object, std::string where, std::string& problem)
        : object_(object), where_(std::move(where)), problem_(problem) {
        if (!object_.is_object()) wrong(where_, "an object");
    }

    // Returns null when the member is absent or JSON's null.
    const nlohmann::json* find(const std::string& key) const {
        if (!object_.is_object()) return nullptr;
        const auto at = object_.find(key);
        return at == object_.end() || at->is_null() ? nullptr : &*at;
    }

    std::string text(const std::string& key) const {
        const auto* value = find(key);
        if (value == nullptr) return {};
        if (value->is_string()) return value->get<std::string>();
        wrong(place(key), "a string");
        return {};
    }

    bool flag(const std::string& key) const {
        const auto* value = find(key);
        if (value == nullptr) return false;
        if (value->is_boolean()) return value->get<bool>();
        wrong(place(key), "true or false");
        return false;
    }

    template <class Number>
    Number number(const std::string& key) const {
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
        const auto* value = find(key);
        if (value == nullptr) return 0;
        if (value->is_number_unsigned() && value->get<std::uint64_t>() <= most) {
            return static_cast<Number>(value->get<std::uint64_t>());
        }
        wrong(place(key), "a whole number in range");
        return 0;
    }

    std::chrono::milliseconds milliseconds(const std::string& key) const {
        return std::chrono::milliseconds(number<std::int64_t>(key));
    }

    std::int64_t time(const std::string& key) const {
        const auto value = text(key);
        if (value.empty()) return 0;
        const auto seconds = from_iso8601(value);
        if (!seconds) wrong(place(key), "a time such as 2026-11-23T03:00:00Z");
        return seconds.value_or(0);
    }

    // Reads an enumerator that from_string() knows; the member must be there.
    template <class Enum>
    Enum name(const std::string& key) const {
        Enum value{};
        if (!from_string(text(key), value)) wrong(place(key), "a known name");
        return value;
    }

    Phase phase(const std::string& key) const {
        const auto value = text(key);
        for (auto i = 0; i <= static_cast<int>(Phase::internal); ++i) {
            const auto candidate = static_cast<Phase>(i);
            if (rung(candidate) == value) return candidate;
        }
        wrong(place(key), "a rung such as tls");
        return Phase::internal;
    }

    std::map<std::string, std::string> texts_by_name(const std::string& key) const {
        std::map<std::string, std::string> texts;
        const auto* value = find(key);
        if (value == nullptr) return texts;
        const Members members(*value, place(key), problem_);
        if (!value->is_object()) return texts;
        for (const auto& item : value->items()) {
            texts[item.key()] = members.text(item.key());
        }
        return texts;
    }

    // Calls visit(element, its place) for each element of the array.
    template <class Visit>
    void each(const std::string& key, Visit visit) const {
        const auto* value = find(key);
        if (value == nullptr) return;
        if (!value->is_array()) return wrong(place(key), "an array");
        for (std::size_t i = 0; i < value->size(); ++i) {
            visit((*value)[i], place(key) + "/" + std::to_string(i));
        }
    }

    std::vector<std::string> texts(const std::string& key) const {
        std::vector<std::string> all;
        each(key, [&](const nlohmann::json& element, const std::string& where) {
            if (!element.is_string()) return wrong(where, "a string");
            all.push_back(element.get<std::string>());
        });
        return all;
    }

    template <class Enum>
    std::vector<Enum> names(const std::string& key) const {
        std::vector<Enum> all;
        for (const auto& text : texts(key)) {
            Enum value{};
            if (!from_string(text, value)) wrong(place(key), "a list of known names");
            all.push_back(value);
        }
        return all;
    }

    Members inside(const std::string& key) const {
        static const auto nothing = nlohmann::json::object();
        const auto* value = find(key);
        return {value == nullptr ? nothing : *value, place(key), problem_};
    }

    std::string place(const std::string& key) const { return where_ + "/" + key; }

    std::string& problem() const { return problem_; }

private:
    void wrong(const std::string& where, const char* expected) const {
        if (!problem_.empty()) return;
        problem_ = (where.empty() ? "the document" : foreign_text(where)) + " is not " + expected;
    }

    const nlohmann::json& object_;
    std::string where_;
    std::string& problem_;
};

} // namespace rdpsweep
