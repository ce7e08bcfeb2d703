// Reads typed values out of a JSON document from a stranger and remembers the first thing wrong.
#pragma once

#include "core/error.hpp"
#include "core/json_document.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

inline constexpr std::size_t default_text_cap = 4096;

// The first problem of a document; later ones are consequences.
class DocumentProblem {
public:
    // Notes a problem. pointer is the JSON pointer of the value, what a clause: "is not a text".
    void note(Errc code, std::string_view pointer, std::string_view what);

    [[nodiscard]] const std::optional<Error>& first() const noexcept { return first_; }

private:
    std::optional<Error> first_;
};

// One value and where it stands; it may be absent. Every function returns the fallback for an
// absent value, and notes a problem and returns the fallback for one of the wrong type. null is a
// wrong type: in facts/1 what is absent has no key. Holds references: the document, the keys and
// the problem must outlive it.
class JsonReader {
public:
    JsonReader(JsonValue document, DocumentProblem& problem)
        : value_(document), problem_(&problem) {}

    [[nodiscard]] bool present() const noexcept { return value_.has_value(); }

    // Returns where it stands: "/svc/0/start".
    [[nodiscard]] std::string pointer() const;

    // Returns a member of this object; absent when this or the member is.
    [[nodiscard]] JsonReader at(std::string_view key) const;

    [[nodiscard]] std::optional<std::uint32_t> dword() const;
    [[nodiscard]] std::uint32_t number(std::uint32_t fallback = 0) const;
    [[nodiscard]] std::uint64_t large_number() const;
    [[nodiscard]] std::optional<bool> maybe_flag() const;
    [[nodiscard]] bool flag(bool fallback = false) const;
    [[nodiscard]] std::optional<std::string> maybe_text(std::size_t cap = default_text_cap) const;
    [[nodiscard]] std::string text(std::size_t cap = default_text_cap) const;

    // Reads hexadecimal text, lower-cased.
    [[nodiscard]] std::optional<std::string> maybe_hex(std::size_t cap) const;

    // Reads ISO 8601 UTC as Unix seconds.
    [[nodiscard]] std::optional<std::int64_t> time() const;

    // Reads the texts of an array of at most cap elements.
    [[nodiscard]] std::vector<std::string> texts(std::size_t cap) const;

    // Calls visit for each element of this array, or member of this object, in order.
    void each(std::size_t cap, const std::function<void(const JsonReader&)>& visit) const;
    void each_member(
        std::size_t cap,
        const std::function<void(const std::string& name, const JsonReader&)>& visit
    ) const;

    // Notes that a value of the right type makes no sense.
    void wrong(std::string_view what) const;

private:
    // A key, or where its text begins at null an element's number.
    struct Step {
        const char* key = nullptr;
        std::size_t size = 0;
    };

    static constexpr std::size_t most_steps = 8; // what is read of facts/1 stands less deep

    [[nodiscard]] JsonReader child(std::optional<JsonValue> value, Step step) const;
    [[nodiscard]] bool within(std::size_t size, std::size_t cap, std::string_view unit) const;

    std::optional<JsonValue> value_;
    DocumentProblem* problem_;
    std::size_t steps_ = 0;
    std::array<Step, most_steps> path_;
};

} // namespace rdpsweep
