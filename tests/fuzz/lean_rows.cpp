// The lean rows in what a host printed.
#include "probes/collect/lean_rows.hpp"

#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    [[maybe_unused]] const auto frame =
        rdpsweep::find_lean_frame(text, "0123456789abcdef0123456789abcdef");
    return 0;
}
