// An answer to a CIM question: a page of an enumeration, or output parameters.
#include "core/unicode.hpp"
#include "tests/fuzz/target.hpp"
#include "transports/winrm/wsman_cim.hpp"

using namespace rdpsweep;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto reply = winrm::read_cim_reply(text, "1");
    if (!reply) return 0;
    must(reply->instances.size() <= size, "instances are bounded by what came");
    must(reply->context.size() <= size, "so is the context");
    // Another message's answer is refused, but for a fault that relates to none.
    const auto other = winrm::read_cim_reply(text, "2");
    must(!other || other->fault, "an answer belongs to one message");
    // The same bytes mean the same.
    const auto again = winrm::read_cim_reply(text, "1");
    must(again && again->instances.size() == reply->instances.size(), "twice the same");
    return 0;
}
