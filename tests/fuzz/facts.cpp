// facts/1 from a hostile VM: decoded, then judged by every rule.
#include "probes/collect/decode.hpp"
#include "probes/rule.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto facts = rdpsweep::decode_facts(text, "fuzz", 1'795'402'800);
    if (facts) [[maybe_unused]]
        const auto judged = rdpsweep::judge(*facts, {}, 1'795'402'800);
    return 0;
}
