// Asks hives and volume for their state, and keys for their times.
#include "offline/facts/disk_state.hpp"

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "offline/bytes.hpp"
#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_timed_keys = 1024;

Sheet disk_sheet(Document& document) {
    return {document.group("disk"), "/disk", document};
}

const char* word_of(HiveState state) noexcept {
    switch (state) {
    case HiveState::clean:
        return "clean";
    case HiveState::replayed:
        return "replayed";
    case HiveState::untrusted:
        break;
    }
    return "untrusted";
}

// A volume that Windows wants to check is damaged; one whose journal was not closed is as a crash,
// or a snapshot of a running VM, leaves it.
const char* word_of(const Result<NtfsState>& state) noexcept {
    if (!state || state->dirty) return "untrusted";
    return state->journal_clean == true ? "clean" : "dirty";
}

// Tells whether Windows sleeps in the file: it begins with "HIBR" until it was woken.
Result<bool> sleeps(NtfsVolume& volume) {
    const auto file = volume.file(R"(\hiberfil.sys)");
    if (!file && file.error().code() == Errc::not_found) return false;
    if (!file) return file.error();
    std::array<std::byte, 4> begin{};
    if ((*file)->size() < begin.size()) return false;
    if (auto read = (*file)->read(0, begin); !read) return std::move(read).error();
    const std::string_view text(reinterpret_cast<const char*>(begin.data()), begin.size());
    return iequals(text, "HIBR");
}

// The newest of keys that were looked at.
class Newest {
public:
    void add(const Key& key) {
        written_ = std::max(written_, key.written);
        ++count_;
    }

    // Adds the key and what is below it, so many levels and so many keys deep.
    void add_all(const Place& place, std::string_view pointer, Document& document, int levels) {
        if (!place.there()) return;
        add(**place.key);
        if (levels == 0) return;
        for (const auto& key : keys_below(place, pointer, document)) {
            if (count_ >= most_timed_keys) return;
            add_all({place.hive, std::optional(key)}, pointer, document, levels - 1);
        }
    }

    void put(Sheet& written, std::string_view member) const {
        if (const auto time = unix_of_filetime(written_))
            written.object()[std::string(member)] = to_iso8601(*time);
    }

private:
    std::uint64_t written_ = 0;
    std::size_t count_ = 0;
};

void put_stopped(Sheet& disk, const Registry& registry) {
    const auto windows = registry.current(R"(Control\Windows)");
    if (!windows.key) return disk.failed("stopped_utc", windows.key.error());
    const auto found = read_binary(*windows.hive, *windows.key, "ShutdownTime");
    if (!found) return disk.failed("stopped_utc", found.error());
    if (!*found) return;
    const auto time = unix_of_filetime(number_at<std::uint64_t>(**found, 0).value_or(0));
    if (time) disk.object()["stopped_utc"] = to_iso8601(*time);
}

} // namespace

void put_hive(Document& document, std::string_view name, const Replay& replay) {
    nlohmann::json hive{{"n", name}, {"state", word_of(replay.state)}};
    if (replay.entries != 0) hive["entries"] = static_cast<std::uint32_t>(replay.entries);
    disk_sheet(document).object()["hives"].push_back(std::move(hive));
}

void put_volume_state(Document& document, NtfsVolume& volume) {
    auto disk = disk_sheet(document);
    disk.object()["volume"] = word_of(volume.state());
    const auto asleep = sleeps(volume);
    if (asleep)
        disk.object()["hibernated"] = *asleep;
    else
        document.failed("/disk/hibernated", asleep.error());
}

void put_installations(
    Document& document, const DiskVolumes& disk, const std::vector<std::size_t>& places
) {
    constexpr std::size_t most_installations = 16;
    if (places.size() < 2) return;
    auto& list = disk_sheet(document).object()["windows"] = nlohmann::json::array();
    for (const auto place : places) {
        if (list.size() < most_installations) list.push_back(volume_name(disk.volumes[place]));
    }
}

void put_times(Document& document, const Registry& registry) {
    auto disk = disk_sheet(document);
    put_stopped(disk, registry);
    Sheet written(disk.object()["written"], disk.at("written"), document);
    Newest listener;
    listener.add_all(registry.current(reg_path::listener), written.at("rdp_tcp"), document, 0);
    listener.put(written, "rdp_tcp");
    Newest schannel; // SCHANNEL\Protocols\TLS 1.2\Server
    schannel.add_all(registry.current(reg_path::schannel), written.at("schannel"), document, 3);
    schannel.put(written, "schannel");
    Newest store;
    const auto certificates = below(registry.software(reg_path::store), "Certificates");
    for (const auto& key : keys_below(certificates, written.at("cert"), document))
        store.add(key);
    store.put(written, "cert");
}

} // namespace rdpsweep::offline
