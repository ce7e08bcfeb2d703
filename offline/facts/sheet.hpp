// One object of a document, filled from the registry as the collector fills it: what is absent gets
// no member, what cannot be read is noted.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

#include "offline/facts/registry.hpp"

namespace rdpsweep::offline {

// A member of the document, and the value it is read from.
struct Source {
    std::string_view member;
    std::string_view value;
};

class Sheet {
public:
    // into becomes an object; pointer says where it is in the document.
    Sheet(nlohmann::json& into, std::string pointer, Document& document);

    [[nodiscard]] Document& document() noexcept { return document_; }

    [[nodiscard]] nlohmann::json& object() noexcept { return into_; }

    // Returns the JSON pointer of a member.
    [[nodiscard]] std::string at(std::string_view member) const;

    // Puts REG_DWORDs.
    void dwords(const Place& place, std::initializer_list<Source> sources);

    void dword(const Place& place, Source source) { dwords(place, {source}); }

    // Puts REG_SZ or REG_EXPAND_SZ, not expanded.
    void text(const Place& place, Source source);

    // Does the same; an empty text where there is no such value.
    void text_or_empty(const Place& place, Source source);

    // Puts REG_MULTI_SZ, or REG_SZ with commas. An empty list is not an absent one.
    void list(const Place& place, Source source);

    // Puts REG_BINARY in hex. Returns whether it is there, and not empty.
    bool hex(const Place& place, Source source);

    // Puts whether a key is there.
    void presence(std::string_view member, const Place& place);

    // Puts a text of others, unless it is too long for a reader.
    void put(std::string_view member, std::string text);

    // Notes what came instead of a value.
    void failed(std::string_view member, const Error& error);

private:
    nlohmann::json& into_;
    std::string pointer_;
    Document& document_;
};

} // namespace rdpsweep::offline
