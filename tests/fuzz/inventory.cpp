// Inventories of every kind, and selections: not hostile, but typed by tired people.
#include "scanner/inventory/inventory.hpp"

#include "core/text.hpp"
#include "scanner/inventory/select.hpp"
#include "tests/fuzz/target.hpp"

#include <array>
#include <set>

using namespace rdpsweep;

namespace {

constexpr std::array<std::string_view, 1> transports{"winrm"};

void check_inventory(const Inventory& inventory) {
    std::set<std::string> ids;
    for (const auto& target : inventory.targets) {
        must(!target.name.empty(), "a target has a name");
        must(ids.insert(target.id).second, "ids are unique");
        for (const auto& way : target.route)
            must(way == transports[0], "routes know the transports there are");
    }
}

// A selection and its opposite share the targets out between them.
void check_selection(std::string_view text, const Inventory& inventory) {
    auto parsed = Selection::parse(text);
    const auto* wanted = std::get_if<Selection>(&parsed);
    if (wanted == nullptr) return;
    auto negated = Selection::parse("!(" + std::string(text) + ")");
    const auto* others = std::get_if<Selection>(&negated);
    if (others == nullptr) return; // one level of parentheses too many
    Target made;
    made.name = made.id = "web-01";
    must(wanted->matches(made) != others->matches(made), "a name is in or out");
    for (const auto& target : inventory.targets)
        must(wanted->matches(target) != others->matches(target), "a target is in or out");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto read : {read_yaml, read_csv, read_lines, read_ansible, read_nmap}) {
        Problems problems;
        const ReadContext context{"fuzz", "", transports, problems};
        std::vector<InventorySource> sources(1);
        read(text, context, sources[0]);
        const auto merged = merge(std::move(sources), problems);
        if (problems.empty()) check_inventory(merged); // a run begins without problems only
        check_selection(text, merged);
    }
    Problems problems;
    const ReadContext yaml{"fuzz.yml", "", transports, problems};
    InventorySource source;
    read_ansible(text, yaml, source);
    return 0;
}
