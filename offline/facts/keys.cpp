// /keys: names, sizes, owners and DACLs of the machine's key files. No key is read.
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "offline/facts/groups.hpp"
#include "offline/facts/key_files.hpp"
#include "offline/facts/rights.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_files = 64;
// Each name that is read takes a record of the master file table. Beyond, RDP's own are asked for
// by name, and the others are counted.
constexpr std::size_t most_names = 1024;

std::string_view prefix_of(std::string_view name) {
    return name.substr(0, name.find('_'));
}

// Returns the place of RDP's container whose file it is, of this machine or of one that it was
// cloned from; the number of containers for another file.
std::size_t place_of_rdp_key(std::string_view name) {
    const auto prefix = prefix_of(name);
    const auto found =
        std::find_if(rdp_key_prefixes.begin(), rdp_key_prefixes.end(), [&](std::string_view one) {
            return iequals(one, prefix);
        });
    return static_cast<std::size_t>(found - rdp_key_prefixes.begin());
}

// One folder of key files, and the member it becomes.
struct KeyFolder {
    std::string path;
    const char* member;
};

class KeyReader {
public:
    KeyReader(NtfsVolume& volume, Sheet& keys, KeyFolder folder)
        : volume_(volume), keys_(keys), folder_(std::move(folder)) {}

    // Returns whether the names were read.
    bool read(std::string_view machine_guid) {
        auto listed = volume_.list(folder_.path, most_names);
        if (!listed) {
            keys_.document().failed(keys_.at(folder_.member), listed.error());
            return false;
        }
        std::vector<NtfsEntry> files;
        for (auto& entry : listed->entries) {
            if (!entry.folder) files.push_back(std::move(entry));
        }
        const auto unseen = listed->count - listed->entries.size();
        if (unseen != 0) ask_by_name(files, machine_guid);
        std::stable_sort(files.begin(), files.end(), [](const auto& one, const auto& other) {
            return place_of_rdp_key(one.name) < place_of_rdp_key(other.name);
        });
        put(files);
        const auto beyond = files.size() - std::min(files.size(), most_files) + unseen;
        auto& count = keys_.object()["other_count"];
        count = count.get<std::uint32_t>() + static_cast<std::uint32_t>(beyond);
        return true;
    }

private:
    // Adds RDP's files that lie behind the names that were read.
    void ask_by_name(std::vector<NtfsEntry>& files, std::string_view machine_guid) {
        for (const auto prefix : rdp_key_prefixes) {
            const auto name = std::string(prefix) + "_" + std::string(machine_guid);
            const bool known = std::any_of(files.begin(), files.end(), [&](const auto& file) {
                return iequals(file.name, name);
            });
            if (known) continue;
            const auto file = volume_.file(folder_.path + "\\" + name);
            if (file)
                files.push_back({.name = name, .size = (*file)->size()});
            else if (file.error().code() != Errc::not_found)
                keys_.document().failed(keys_.at(folder_.member), file.error());
        }
    }

    void put(const std::vector<NtfsEntry>& files) {
        auto list = nlohmann::json::array();
        const auto begin = keys_.at(folder_.member) + "/";
        for (std::size_t i = 0; i < std::min(files.size(), most_files); ++i) {
            list.push_back({{"n", files[i].name}, {"size", files[i].size}});
            const auto sddl = rights_text(volume_.descriptor(folder_.path + "\\" + files[i].name));
            if (sddl)
                list.back()["sddl"] = *sddl;
            else
                keys_.document().failed(begin + std::to_string(i) + "/sddl", sddl.error());
        }
        keys_.object()[folder_.member] = std::move(list);
    }

    NtfsVolume& volume_;
    Sheet& keys_;
    KeyFolder folder_;
};

// Returns the folder in which Windows keeps what belongs to no user, without its drive; nothing
// where that is another drive's.
std::optional<std::string> program_data_folder(Document& document, const Registry& registry) {
    const auto& cert = document.group("cert");
    const auto path = cert.is_object() ? cert.value("program_data", "") : std::string();
    const auto drive = system_drive(registry);
    if (path.empty() || iequals(path, "%ALLUSERSPROFILE%")) return R"(\ProgramData)";
    if (path.size() > 3 && iequals(std::string_view(path).substr(0, 2), drive) && path[2] == '\\')
        return path.substr(2);
    return std::nullopt;
}

void put_folder_rights(Sheet& keys, NtfsVolume& volume, const std::string& folder) {
    const auto sddl = rights_text(volume.descriptor(folder));
    if (sddl)
        keys.object()["dir_sddl"] = *sddl;
    else
        keys.document().failed(keys.at("dir_sddl"), sddl.error());
}

} // namespace

void read_keys(const Windows& windows, Document& document) {
    Sheet keys(document.group("keys"), "/keys", document);
    keys.object() = {{"other_count", 0}, {"dir_listed", false}};
    auto folder = program_data_folder(document, windows.registry);
    if (!folder) {
        for (const auto* member : {"dir_sddl", "files", "cng_files"})
            document.unread(keys.at(member), "unsupported", "another drive");
        return;
    }
    const auto crypto = *std::move(folder) + R"(\Microsoft\Crypto)";
    const auto machine_keys = crypto + R"(\RSA\MachineKeys)";
    const auto guid = document.group("os").value("machine_guid", "");
    put_folder_rights(keys, windows.volume, machine_keys);
    keys.object()["dir_listed"] =
        KeyReader(windows.volume, keys, {machine_keys, "files"}).read(guid);
    KeyReader(windows.volume, keys, {crypto + R"(\Keys)", "cng_files"}).read(guid);
}

} // namespace rdpsweep::offline
