// What a request to Azure's simulated control plane asks for: its path and fields, taken apart.
#pragma once

#include "core/text.hpp"
#include "tests/simfleet/azure/arm_face.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// Returns the fields of a form, or of a query; their names in small letters.
std::map<std::string, std::string> fields_of(std::string_view text);

// Returns the number in text; usual where it has none.
std::size_t number_of(const std::string& text, std::size_t usual);

struct ArmFace::Url {
    std::vector<std::string> parts;           // of the path, as written
    std::map<std::string, std::string> query; // keys in small letters
    std::string path;

    explicit Url(const std::string& target);

    [[nodiscard]] bool is(std::size_t at, std::string_view word) const {
        return at < parts.size() && rdpsweep::iequals(parts[at], word);
    }

    [[nodiscard]] std::string value(const std::string& key) const {
        const auto found = query.find(key);
        return found == query.end() ? std::string() : found->second;
    }
};

} // namespace simfleet
