// JSON of strangers, read by simdjson where it is read for every host: bounded and strict as by
// parse_json(), but not to be changed. Only core knows the library.
#pragma once

#include "core/json.hpp"
#include "core/result.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// The library reads so many bytes beyond a text's end. A std::string with as much spare capacity is
// read where it stands, any other is copied first.
inline constexpr std::size_t json_room = 64;

// A value of a JsonDocument, which must outlive it, as must the views that it returns.
class JsonValue {
public:
    [[nodiscard]] bool is_null() const noexcept;
    [[nodiscard]] bool is_object() const noexcept;
    [[nodiscard]] bool is_array() const noexcept;

    // Each returns nothing for a value of another kind.
    [[nodiscard]] std::optional<bool> flag() const noexcept;
    [[nodiscard]] std::optional<std::string_view> text() const noexcept;

    // Returns a whole number from 0 up; nothing for any other.
    [[nodiscard]] std::optional<std::uint64_t> whole() const noexcept;

    // Returns a member of this object; nothing when this or the member is none.
    [[nodiscard]] std::optional<JsonValue> find(std::string_view name) const noexcept;

    // Returns how many elements or members it has; 0 for any other value.
    [[nodiscard]] std::size_t size() const noexcept;

    // Calls visit for each element of this array, or member of this object, as they stand in the
    // document; for none of any other value.
    void each(const std::function<void(JsonValue)>& visit) const;
    void each_member(const std::function<void(std::string_view name, JsonValue)>& visit) const;

    // Returns the value as JSON in one line; what a terminal would act on as \uXXXX.
    [[nodiscard]] std::string written() const;

private:
    friend class JsonDocument;
    using Place = std::array<std::uint64_t, 2>;

    JsonValue() = default;

    // The library's own type of a value, which is no more than a place.
    template <class Element>
    explicit JsonValue(Element value) : place_(std::bit_cast<Place>(value)) {}

    template <class Element>
    [[nodiscard]] Element as() const noexcept {
        return std::bit_cast<Element>(place_);
    }

    Place place_{};
};

class JsonDocument {
public:
    // Reads text, which must be one JSON value in UTF-8 in which no object names a member twice.
    // Error: as parse_json() returns it. limits.depth: 64 at most. text may be gone afterwards.
    static Result<JsonDocument>
    read(const std::string& text, Phase phase, const JsonLimits& limits = {});

    [[nodiscard]] JsonValue root() const noexcept { return root_; }

private:
    struct Parser;

    // Keeps a parser for the next document.
    struct GiveBack {
        void operator()(Parser* parser) const noexcept;
    };

    JsonDocument();
    static std::unique_ptr<Parser>& spare();
    bool parse(const std::string& text, const JsonLimits& limits);

    std::unique_ptr<Parser, GiveBack> parser_;
    JsonValue root_;
};

} // namespace rdpsweep
