// /keys over CIM: names, sizes, owners and DACLs of the private key files. No file is opened.
#include "core/unicode.hpp"
#include "probes/collect/cim/steps.hpp"
#include "probes/collect/key_file_name.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rdpsweep::cim_plan {

namespace {

// %ProgramData% may lie elsewhere; then the folder is not found, which is unread and not a verdict.
const std::string drive = "C:";
const std::string machine_keys = R"(\ProgramData\Microsoft\Crypto\RSA\MachineKeys)";
const std::string cng_keys = R"(\ProgramData\Microsoft\Crypto\Keys)";

constexpr std::size_t most_files = 64; // of which the descriptor is asked for

struct File {
    std::string name;
    std::optional<std::uint64_t> size;
};

bool of_rdp(const File& file) {
    return is_rdp_key_file(file.name);
}

std::string file_name(const std::string& path) {
    return path.substr(path.rfind('\\') + 1);
}

std::vector<File> files_of(const cim::Rows& rows) {
    std::vector<File> files;
    for (const auto& row : rows) {
        const auto path = text_of(row, "Name");
        if (path) files.push_back({file_name(*path), number_of(row, "FileSize")});
    }
    // RDP's own first: no cap may hide them.
    std::stable_sort(files.begin(), files.end(), [](const File& a, const File& b) {
        return of_rdp(a) && !of_rdp(b);
    });
    return files;
}

void ask_file(
    Steps& steps, const std::string& folder, const File& file, const std::string& pointer
) {
    steps.put(pointer + "/n", to_valid_utf8(file.name.substr(0, 1000)));
    if (file.size)
        steps.put(pointer + "/size", *file.size);
    else
        steps.unread(pointer + "/size", "absent", "");
    const auto sddl = pointer + "/sddl";
    steps.file_sddl(sddl, drive + folder + "\\" + file.name, [&steps, sddl](auto text) {
        steps.put(sddl, std::move(text));
        steps.put(sddl + "_by", "wmi");
    });
}

void ask_folder(Steps& steps, const std::string& folder, const std::string& list, bool machine) {
    steps.query(
        list,
        "root/cimv2",
        "SELECT Name,FileSize FROM CIM_DataFile WHERE Drive='" + drive +
            "' AND Path=" + wql_text(folder + "\\"),
        [&steps, folder, list, machine](const cim::Rows& rows) {
            const auto files = files_of(rows);
            // A folder that we may not list has no files for this provider either.
            if (files.empty()) return steps.unread(list, "error", "no files");
            if (machine) steps.put("/keys/dir_listed", true);
            steps.put(list, nlohmann::json::array());
            for (std::size_t i = 0; i < std::min(files.size(), most_files); ++i)
                ask_file(steps, folder, files[i], list + "/" + std::to_string(i));
            if (machine && files.size() > most_files) {
                steps.put("/keys/other_count", files.size() - most_files);
            }
        }
    );
}

} // namespace

void ask_keys(Steps& steps) {
    steps.put("/keys", {{"dir_listed", false}, {"other_count", 0}});
    steps.file_sddl("/keys/dir_sddl", drive + machine_keys, [&steps](auto sddl) {
        steps.put("/keys/dir_sddl", std::move(sddl));
    });
    ask_folder(steps, machine_keys, "/keys/files", true);
    ask_folder(steps, cng_keys, "/keys/cng_files", false);
}

} // namespace rdpsweep::cim_plan
