// /cert and /keys of facts/1.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/access.hpp"
#include "tests/simfleet/windows/facts_reader.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/windows/windows.hpp"

#include <algorithm>
#include <utility>

namespace simfleet {
namespace {

using nlohmann::json;

constexpr std::size_t file_cap = 64; // the collector's own

// The parts of a descriptor that the collector asks for; the group is none of them.
std::string owner_and_dacl(const std::string& sddl) {
    const auto group = sddl.find("G:");
    const auto dacl = sddl.find("D:");
    if (group == std::string::npos || dacl == std::string::npos || dacl < group) return sddl;
    return sddl.substr(0, group) + sddl.substr(dacl);
}

json stored(const Registry& hklm, std::string_view store, const std::string& name) {
    json entry{{"thumb", rdpsweep::ascii_lower(name)}};
    const auto blob = hklm.binary(std::string(store) + '\\' + name, "Blob");
    if (blob) entry["blob_b64"] = rdpsweep::base64_encode(*blob);
    return entry;
}

void put_pin(json& group, const Registry& hklm) {
    const auto pin = hklm.binary(paths::rdp_tcp, "SSLCertificateSHA1Hash");
    if (!pin) return;
    group["pin"] = rdpsweep::hex_encode(*pin);
    group["pin_raw_len"] = pin->size();
}

// The certificate that is to be used, by the first that says so, when it lies in My.
void put_match(json& group, const Registry& hklm) {
    for (const auto* member : {"pin", "template_hash", "wmi_hash"}) {
        if (!group.contains(member)) continue;
        const auto hex = group[member].get<std::string>().substr(0, 40);
        if (hklm.find(std::string(paths::my_certificates) + '\\' + hex) != nullptr) {
            group["my_match"] = stored(hklm, paths::my_certificates, hex);
        }
        return;
    }
}

void put_store(json& group, FactsReader& reader) {
    const auto& hklm = reader.state.registry;
    group["store_present"] = hklm.find(paths::rd_store) != nullptr;
    group["store"] = json::array();
    if (const auto* key = hklm.find(paths::rd_certificates)) {
        for (const auto& [lower, child] : key->keys) {
            group["store"].push_back(stored(hklm, paths::rd_certificates, child->name));
        }
    }
    if (reader.kept_out("sd:" + std::string(paths::rd_store), "/cert/store_sddl")) return;
    auto descriptors = json::array();
    for (const auto path : {paths::rd_store, paths::rd_certificates}) {
        const auto* key = hklm.find(path);
        if (key != nullptr && key->sddl) descriptors.push_back(owner_and_dacl(*key->sddl));
    }
    group["store_sddl"] = std::move(descriptors);
}

std::string file_name(const std::string& path) {
    return path.substr(path.rfind('\\') + 1);
}

// Returns the number of RDP's container that the file belongs to, TSSecKeySet1 to 9; 10 for none.
int container_of(const FileEntry& file) {
    const auto name = file_name(file.path);
    for (int number = 1; number <= 9; ++number) {
        if (name.starts_with(capi_file_name("TSSecKeySet" + std::to_string(number)))) return number;
    }
    return 10;
}

std::vector<const FileEntry*> files_in(const State& state, std::string_view folder) {
    std::vector<const FileEntry*> found;
    const auto prefix = std::string(folder) + '\\';
    for (const auto& file : state.files) {
        if (!file.folder && file.path.starts_with(prefix)) found.push_back(&file);
    }
    // Those of the RDP containers first: the cap must never hide them.
    std::stable_sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
        return container_of(*a) < container_of(*b);
    });
    return found;
}

// Returns what a descriptor is denied with: by .NET, then by WMI, whose own code for it is 2. A WMI
// that refuses to be asked is asked once.
std::string denial(const FactsReader& reader, bool& asked) {
    const std::string code(access_denied_code);
    const auto* limit = reader.state.limit(R"(wmi:root\cimv2)");
    if (limit == nullptr) return code + ", WMI 2";
    if (std::exchange(asked, true)) return code;
    return code + ", WMI " + std::string(code_of(*limit));
}

json file_list(FactsReader& reader, std::string_view folder, const std::string& pointer) {
    auto list = json::array();
    bool asked = false;
    for (const auto* file : files_in(reader.state, folder)) {
        if (list.size() == file_cap) break;
        json entry{{"n", file_name(file->path)}, {"size", file->size}};
        if (allows(file->sddl, administrator_token(), read_control)) {
            entry["sddl"] = owner_and_dacl(file->sddl);
        } else {
            const auto index = std::to_string(list.size());
            reader.add_unread(pointer + '/' + index + "/sddl", "denied", denial(reader, asked));
        }
        list.push_back(std::move(entry));
    }
    return list;
}

// Whether the collector's account may see the names in a folder.
bool listable(FactsReader& reader, std::string_view folder, const std::string& pointer) {
    if (reader.kept_out("dir:" + std::string(folder), pointer)) return false;
    const auto* entry = reader.state.file(folder);
    if (entry == nullptr) return false;
    if (allows(entry->sddl, administrator_token(), list_directory)) return true;
    reader.add_unread(pointer, "denied", access_denied_code);
    return false;
}

} // namespace

json certificate_facts(FactsReader& reader) {
    const auto& hklm = reader.state.registry;
    if (reader.key_closed(paths::rd_store, "/cert")) return nullptr;
    auto group = json::object();
    put_pin(group, hklm);
    const auto own = hklm.binary(paths::win_stations, "SelfSignedCertificate");
    if (own) group["self"] = rdpsweep::hex_encode(*own);
    const auto chosen = hklm.binary(paths::win_stations, "TemplateCertificate");
    if (chosen) group["template_hash"] = rdpsweep::hex_encode(*chosen);
    put(group, "refresh", hklm.dword(paths::win_stations, "CertRefreshInterval"));
    put(group, "own_store", hklm.text(paths::win_stations, "SelfSignedCertStore"));
    put(group, "program_data", hklm.text(paths::profile_list, "ProgramData"));
    put_store(group, reader);
    put(group, "template", hklm.text(paths::ts_policy, "CertTemplateName"));
    const auto& management = reader.state.management;
    constexpr auto settings = R"(wmi:root\cimv2\TerminalServices)";
    const bool no_hash = reader.kept_out(settings, "/cert/wmi_hash");
    if (!reader.kept_out(settings, "/cert/wmi_type") && !no_hash) {
        put(group, "wmi_type", management.certificate_hash_type);
        if (!management.certificate_hash.empty()) group["wmi_hash"] = management.certificate_hash;
    }
    put_match(group, hklm);
    return group;
}

json key_facts(FactsReader& reader) {
    const auto* folder = reader.state.file(paths::machine_keys);
    auto group = json::object();
    if (folder != nullptr && allows(folder->sddl, administrator_token(), read_control)) {
        group["dir_sddl"] = owner_and_dacl(folder->sddl);
    } else {
        reader.add_unread(
            "/keys/dir_sddl", folder == nullptr ? "absent" : "denied", access_denied_code
        );
    }
    group["other_count"] = 0;
    const bool listed = listable(reader, paths::machine_keys, "/keys/files");
    group["dir_listed"] = listed;
    if (listed) {
        const auto total = files_in(reader.state, paths::machine_keys).size();
        group["files"] = file_list(reader, paths::machine_keys, "/keys/files");
        if (total > file_cap) group["other_count"] = total - file_cap;
    }
    if (listable(reader, paths::cng_keys, "/keys/cng_files")) {
        group["cng_files"] = file_list(reader, paths::cng_keys, "/keys/cng_files");
    }
    return group;
}

} // namespace simfleet
