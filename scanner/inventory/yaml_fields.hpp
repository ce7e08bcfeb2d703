// Reads the fields of one YAML map with complaints that name the place.
#pragma once

#include "scanner/inventory/draft.hpp"
#include "scanner/inventory/yaml_tree.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep {

// The file being read and where its mistakes go.
struct YamlPlace {
    std::string_view file;
    Problems& problems;

    void complain(Position at, Mistake mistake) const;
};

class YamlFields {
public:
    // what: "a target", for messages. A node that is not a map is a problem and yields no fields.
    YamlFields(
        const YamlNode& node,
        std::string_view what,
        const std::vector<std::string_view>& known,
        YamlPlace place
    );

    // Finds the key's node; null when it is absent.
    [[nodiscard]] const YamlNode* find(std::string_view key) const;

    // Returns the text of a scalar; nothing when absent or, with a problem, when it is something
    // else.
    [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const;

    // Returns a list of scalars, or one scalar as a list of one.
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key) const;

    // Returns a whole number in [low, high].
    [[nodiscard]] std::optional<std::size_t>
    number(std::string_view key, std::size_t low, std::size_t high) const;

    // Hands the key's text to set and reports its complaint, if any.
    void apply(std::string_view key, const std::function<Complaint(std::string_view)>& set) const;

private:
    const YamlNode& node_;
    YamlPlace place_;
};

} // namespace rdpsweep
