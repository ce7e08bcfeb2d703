// An answer to a CIM question: a page of an enumeration, or output parameters.
#include "tests/fuzz/target.hpp"
#include "transports/winrm/wsman_cim.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    [[maybe_unused]] const auto reply = rdpsweep::winrm::read_cim_reply(text, "1");
    return 0;
}
