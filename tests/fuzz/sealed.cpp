// An encrypted answer over HTTP: any bytes as its body, behind the right Content-Type.
#include "tests/fuzz/target.hpp"
#include "transports/winrm/sealing.hpp"

#include <cstdlib>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rdpsweep::winrm;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const auto parts = read_sealed(sealed_content_type(), body);
    if (!parts) return 0;
    for (const auto& part : *parts) {
        const bool inside = part.header.data() >= body.data() && !part.header.empty() &&
                            part.data.data() + part.data.size() <= body.data() + body.size();
        if (!inside) std::abort();
        // What was understood can be written and is understood again.
        const SealedMessage same{std::string(part.header), std::string(part.data)};
        const auto written = sealed_body(same);
        const auto again = read_sealed(sealed_content_type(), written);
        if (!again || again->front().data != same.data) std::abort();
    }
    return 0;
}
