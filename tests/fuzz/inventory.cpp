// Inventories of every kind, and selections: not hostile, but typed by tired people.
#include "scanner/inventory/inventory.hpp"

#include "scanner/inventory/select.hpp"
#include "tests/fuzz/target.hpp"

#include <array>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static constexpr std::array<std::string_view, 1> transports{"winrm"};
    for (const auto read :
         {rdpsweep::read_yaml,
          rdpsweep::read_csv,
          rdpsweep::read_lines,
          rdpsweep::read_ansible,
          rdpsweep::read_nmap}) {
        rdpsweep::Problems problems;
        const rdpsweep::ReadContext context{"fuzz", "", transports, problems};
        std::vector<rdpsweep::InventorySource> sources(1);
        read(text, context, sources[0]);
        [[maybe_unused]] const auto merged = rdpsweep::merge(std::move(sources), problems);
    }
    rdpsweep::Problems problems;
    const rdpsweep::ReadContext yaml{"fuzz.yml", "", transports, problems};
    rdpsweep::InventorySource source;
    rdpsweep::read_ansible(text, yaml, source);
    [[maybe_unused]] const auto selection = rdpsweep::Selection::parse(text);
    return 0;
}
