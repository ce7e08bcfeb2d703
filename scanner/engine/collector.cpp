// The arguments of probes/collect/collector.ps1.
#include "scanner/engine/collector.hpp"

#include "probes/collect/collector.hpp"

namespace rdpsweep {

namespace {

// How far back the event logs are read.
constexpr int event_hours = 24;

} // namespace

std::string Collector::arguments_for(const Session& session) const {
    std::string json = R"({"profile":")";
    json += session.narrow() ? "lean" : "full";
    json += R"(","handshake":)";
    json += handshake_ ? "true" : "false";
    json += R"(,"event_hours":)" + std::to_string(event_hours);
    if (session.narrow() && session.tail() != 0)
        json += R"(,"most":)" + std::to_string(session.tail());
    return json + "}";
}

Collector built_in_collector(bool handshake) {
    return {Script("collector.ps1", collector_script(), Script::Effect::read_only), handshake};
}

} // namespace rdpsweep
