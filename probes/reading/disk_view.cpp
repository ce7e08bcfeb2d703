// Says which part of a disk each fact was read from, and which parts may be old.
#include "probes/reading/disk_view.hpp"

#include "core/text.hpp"
#include "probes/reading/handshake_view.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rdpsweep {

namespace {

using namespace disk_part;

struct Origin {
    std::string_view pointer; // covers what is below it, unless a longer one does
    std::uint32_t parts;
};

// Where each fact of a disk comes from: HKLM\SYSTEM, HKLM\SOFTWARE, files, or the boot store.
constexpr std::array origins{
    Origin{"/os", system_hive | software_hive},
    Origin{"/svc", system_hive},
    Origin{"/listener", system_hive},
    Origin{"/listener/deny_policy", software_hive},
    Origin{"/listener/fw", system_hive | software_hive},
    Origin{"/listener/fw_profiles", system_hive | software_hive},
    Origin{"/sec", system_hive},
    Origin{"/sec/policy", software_hive},
    Origin{"/sec/credssp", software_hive},
    Origin{"/tls", system_hive},
    Origin{"/tls/suites_policy", software_hive},
    Origin{"/tls/curves", system_hive | software_hive},
    Origin{"/cert", software_hive},
    Origin{"/cert/pin", system_hive},
    Origin{"/cert/pin_raw_len", system_hive},
    Origin{"/cert/self", system_hive},
    Origin{"/cert/refresh", system_hive},
    Origin{"/cert/own_store", system_hive},
    Origin{"/cert/template_hash", system_hive},
    Origin{"/keys", files},
    Origin{"/gp", software_hive},
    Origin{"/gp/gpsvc_start", system_hive},
    Origin{"/gp/registry_pol", files},
    Origin{"/gp/dsc", files},
    Origin{"/evt", files},
    Origin{"/evt_oldest_utc", files},
    Origin{"/evt_until_utc", files},
    Origin{"/pending", system_hive | software_hive},
    Origin{"/ems", boot},
    Origin{"/crash", system_hive},
};

bool covers(std::string_view prefix, std::string_view pointer) noexcept {
    return pointer.starts_with(prefix) &&
           (pointer.size() == prefix.size() || pointer[prefix.size()] == '/');
}

std::uint32_t part_of_hive(std::string_view name) noexcept {
    if (iequals(name, "SYSTEM")) return system_hive;
    if (iequals(name, "SOFTWARE")) return software_hive;
    return iequals(name, "BCD") ? boot : 0;
}

// Returns the newest event that was read: the list should begin with it, and a disk may lie.
std::optional<std::int64_t> newest_event(const Facts& facts) noexcept {
    std::optional<std::int64_t> newest;
    if (!facts.events) return newest;
    for (const Event& event : facts.events->events) {
        if (event.time != 0) newest = std::max(newest.value_or(event.time), event.time);
    }
    return newest;
}

std::optional<std::int64_t> newest_record(const Facts& facts) noexcept {
    if (facts.events && facts.events->until) return facts.events->until;
    return newest_event(facts);
}

} // namespace

bool read_from_disk(const Facts& facts) noexcept {
    return facts.collector && facts.collector->path == "offline";
}

bool known_from_disk_alone(const Facts& facts) noexcept {
    return read_from_disk(facts) && completed_handshake(facts) == nullptr;
}

bool needs_running(const Facts& facts, std::string_view pointer) noexcept {
    const Unread* entry = facts.why_unread(pointer);
    return entry != nullptr && entry->why == "offline";
}

std::optional<std::int64_t> last_alive(const Facts& facts) noexcept {
    if (!read_from_disk(facts)) return std::nullopt;
    std::optional<std::int64_t> newest = newest_record(facts);
    if (!facts.disk) return newest;
    const DiskFacts& disk = *facts.disk;
    for (const auto& time :
         {disk.stopped, disk.listener_written, disk.schannel_written, disk.own_store_written}) {
        if (time) newest = std::max(newest.value_or(*time), *time);
    }
    return newest;
}

std::int64_t window_end(const Facts& facts, std::int64_t now) noexcept {
    if (read_from_disk(facts)) return newest_record(facts).value_or(now);
    return facts.collector && facts.collector->utc != 0 ? facts.collector->utc : now;
}

std::uint32_t parts_behind(std::string_view pointer) noexcept {
    const Origin* best = nullptr;
    for (const Origin& origin : origins) {
        const bool longer = best == nullptr || origin.pointer.size() > best->pointer.size();
        if (longer && covers(origin.pointer, pointer)) best = &origin;
    }
    return best != nullptr ? best->parts : 0;
}

std::uint32_t unsure_parts(const Facts& facts) noexcept {
    if (!read_from_disk(facts) || !facts.disk) return 0;
    if (facts.disk->volume == VolumeState::untrusted)
        return system_hive | software_hive | files | boot;
    std::uint32_t parts = facts.disk->volume == VolumeState::dirty ? files : 0;
    for (const HiveFacts& hive : facts.disk->hives) {
        if (hive.state == HiveState::untrusted) parts |= part_of_hive(hive.name);
    }
    return parts;
}

bool keys_unsure(const Facts& facts) noexcept {
    return (unsure_parts(facts) & (files | software_hive)) != 0;
}

} // namespace rdpsweep
