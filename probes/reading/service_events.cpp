// Finds a service's events by the bytes beside their text, which hold its name.
//
// The text of 7000 to 7034 has the display name in Windows' language. The bytes are UTF-16LE: the
// service's own name, then a zero, or a slash and a number (7036: "TermService/4").
#include "probes/reading/service_events.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

// Not started: 7000, 7001 (of another service), 7009 (no answer in time), 7022 (hung). Ended: 7023,
// 7024, 7031, 7034. From Microsoft's pages on events of the Service Control Manager.
constexpr std::array<std::uint32_t, 8> failures{7000, 7001, 7009, 7022, 7023, 7024, 7031, 7034};

std::string service_of(const Event& event) {
    const std::string name = utf16le_to_utf8(hex_decode(event.binary).value_or(std::string()));
    return name.substr(0, name.find_first_of(std::string_view("/\0", 2)));
}

} // namespace

std::vector<LoggedEvent> service_failures(const Facts& facts, std::string_view service) {
    if (!facts.events) return {};
    return events_of(facts, "SCM", [service](const Event& event) {
        const bool failed = std::find(failures.begin(), failures.end(), event.id) != failures.end();
        return failed && iequals(service_of(event), service);
    });
}

} // namespace rdpsweep
