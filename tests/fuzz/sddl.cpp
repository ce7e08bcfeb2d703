// A security descriptor as a VM writes it.
#include "probes/collect/sddl.hpp"

#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto descriptor = rdpsweep::parse_sddl(text);
    if (descriptor) {
        [[maybe_unused]] const auto access = rdpsweep::effective_access(
            *descriptor, rdpsweep::termservice_sids(), rdpsweep::file_access::read
        );
    }
    return 0;
}
