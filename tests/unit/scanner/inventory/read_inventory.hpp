// Reads an inventory from a text, as the tests of its readers need it.
#pragma once

#include "scanner/inventory/inventory.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

inline constexpr std::array<std::string_view, 2> test_transports{"winrm", "rdp"};

struct ReadInventory {
    Inventory inventory;
    Problems problems;

    // "fleet.yaml:3:5: what it says" a problem.
    [[nodiscard]] std::vector<std::string> complaints() const {
        std::vector<std::string> lines;
        for (const auto& problem : problems.list()) {
            lines.push_back(problem.where + ": " + problem.what);
        }
        return lines;
    }

    // The first complaint; fails softly with "none".
    [[nodiscard]] std::string complaint() const {
        return problems.empty() ? "none" : complaints().front();
    }

    [[nodiscard]] std::string cure() const {
        return problems.empty() ? "none" : problems.list().front().next;
    }
};

using Reader = void (*)(std::string_view, const ReadContext&, InventorySource&);

inline ReadInventory read_inventory(Reader reader, std::string_view text, std::string file) {
    ReadInventory result;
    std::vector<InventorySource> sources(1);
    const ReadContext context{file, "/etc/fleet", test_transports, result.problems};
    reader(text, context, sources[0]);
    result.inventory = merge(std::move(sources), result.problems);
    return result;
}

} // namespace rdpsweep
