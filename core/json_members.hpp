// Reading the members of a JSON object without an exception and without a check a line: the first
// thing that is wrong is kept, what follows reads as empty, and the caller looks once at the end.
#pragma once

#include "core/error.hpp"
#include "core/json_document.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep {

// Reads the members of one JSON object. The first thing that is wrong is kept in a place shared by
// all readers of the document, which must outlive them, and everything after it is read as empty.
class Members {
public:
    Members(JsonValue object, std::string where, std::string& problem)
        : object_(object), where_(std::move(where)), problem_(problem) {
        if (!object.is_object()) wrong(where_, "an object");
    }

    // Returns nothing when the member is absent or JSON's null.
    [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;

    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] bool flag(std::string_view key) const;

    template <class Number>
    [[nodiscard]] Number number(std::string_view key) const {
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
        return static_cast<Number>(whole(key, most));
    }

    [[nodiscard]] std::chrono::milliseconds milliseconds(std::string_view key) const {
        return std::chrono::milliseconds(number<std::int64_t>(key));
    }

    // Reads a time as Unix seconds; 0 when it is absent or empty.
    [[nodiscard]] std::int64_t time(std::string_view key) const;

    // Reads an enumerator that from_string() knows; the member must be there.
    template <class Enum>
    [[nodiscard]] Enum name(std::string_view key) const {
        Enum value{};
        if (!from_string(text(key), value)) wrong(place(key), "a known name");
        return value;
    }

    [[nodiscard]] Phase phase(std::string_view key) const;
    [[nodiscard]] std::map<std::string, std::string> texts_by_name(std::string_view key) const;

    // Calls visit with each element of the array; they are objects.
    void each(std::string_view key, const std::function<void(const Members&)>& visit) const;

    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;

    template <class Enum>
    [[nodiscard]] std::vector<Enum> names(std::string_view key) const {
        std::vector<Enum> all;
        for (const auto& text : texts(key)) {
            Enum value{};
            if (!from_string(text, value)) wrong(place(key), "a list of known names");
            all.push_back(value);
        }
        return all;
    }

    // Returns the members of a member; of none when it is absent.
    [[nodiscard]] Members inside(std::string_view key) const;

    [[nodiscard]] std::string place(std::string_view key) const;

private:
    Members(std::string where, std::string& problem)
        : where_(std::move(where)), problem_(problem) {}

    [[nodiscard]] std::uint64_t whole(std::string_view key, std::uint64_t most) const;

    // Calls visit(element, its place) for each element of the array.
    void
    elements(std::string_view key, const std::function<void(JsonValue, std::string)>& visit) const;

    void wrong(std::string_view where, std::string_view expected) const;

    std::optional<JsonValue> object_;
    std::string where_;
    std::string& problem_;
};

} // namespace rdpsweep
