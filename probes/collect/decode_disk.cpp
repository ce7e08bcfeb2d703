// Decodes how far a disk can be trusted, and when its Windows last ran: /disk.
#include "core/names.hpp"
#include "probes/collect/decode_groups.hpp"

namespace rdpsweep::facts_json {
namespace {

constexpr Names<HiveState, 3> hive_states{{
    {HiveState::clean, "clean"},
    {HiveState::replayed, "replayed"},
    {HiveState::untrusted, "untrusted"},
}};

constexpr Names<VolumeState, 3> volume_states{{
    {VolumeState::clean, "clean"},
    {VolumeState::dirty, "dirty"},
    {VolumeState::untrusted, "untrusted"},
}};

// Reads a word of names; one that is not known would be taken for the best of them.
template <class State>
State read_state(const JsonReader& value, const Names<State, 3>& names) {
    State state = State::untrusted;
    if (!value_of(names, value.text(), state)) value.wrong("is none of the words it may be");
    return state;
}

HiveFacts read_hive(const JsonReader& element) {
    HiveFacts hive;
    hive.name = element.at("n").text();
    hive.state = read_state(element.at("state"), hive_states);
    hive.entries = element.at("entries").number();
    return hive;
}

} // namespace

DiskFacts read_disk(const JsonReader& group) {
    DiskFacts facts;
    group.at("hives").each(max_hives, [&](const JsonReader& element) {
        facts.hives.push_back(read_hive(element));
    });
    const JsonReader volume = group.at("volume");
    if (volume.present()) facts.volume = read_state(volume, volume_states);
    facts.windows = group.at("windows").texts(max_windows);
    facts.hibernated = group.at("hibernated").flag();
    facts.stopped = group.at("stopped_utc").time();
    const JsonReader written = group.at("written");
    facts.listener_written = written.at("rdp_tcp").time();
    facts.schannel_written = written.at("schannel").time();
    facts.own_store_written = written.at("cert").time();
    return facts;
}

} // namespace rdpsweep::facts_json
