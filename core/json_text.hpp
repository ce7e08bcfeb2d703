// Writes JSON as it goes, for what is written for every host: no tree is built first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rdpsweep {

// One line, without blanks. The caller opens and closes in pairs and gives each member its key;
// everything else (commas, escapes, valid UTF-8) is done here.
class JsonText {
public:
    JsonText& open_object();
    JsonText& close_object();
    JsonText& open_array();
    JsonText& close_array();

    // Writes the name of the next value; one of ours, which needs no escapes.
    JsonText& key(std::string_view name);

    // Does the same for a name that is written as a JSON text already, quotes included.
    JsonText& name(std::string_view quoted);

    // Writes text of strangers: what is no UTF-8 becomes U+FFFD, what a terminal would act on is
    // escaped.
    JsonText& text(std::string_view value);
    JsonText& number(std::uint64_t value);
    JsonText& number(std::int64_t value);
    JsonText& null();
    // Writes a document that is known to be JSON; what a terminal would act on in it is escaped.
    JsonText& raw(std::string_view json);

    // Writes a member with a text.
    JsonText& member(std::string_view name, std::string_view value) {
        return key(name).text(value);
    }

    [[nodiscard]] const std::string& str() const noexcept { return out_; }

    [[nodiscard]] std::string take() && noexcept { return std::move(out_); }

private:
    void begin_value();

    std::string out_;
    bool first_ = true; // in the object or array that is open: no comma before the next
};

} // namespace rdpsweep
