// A stored host record, read back after a crash or from a stranger's disk.
#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto document = rdpsweep::parse_json(text, rdpsweep::Phase::config);
    if (document) [[maybe_unused]]
        const auto host = rdpsweep::host_from_json(*document);
    return 0;
}
