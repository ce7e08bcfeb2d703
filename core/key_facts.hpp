// /keys of facts/1: the files that private keys lie in, and who may read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// One element of /keys/files or /keys/cng_files.
struct KeyFile {
    std::string name;                  // n
    std::optional<std::uint64_t> size; // size: bytes
    std::optional<std::string> sddl;   // sddl: owner and DACL; absent = unread (then see unread)
    bool by_wmi = false;               // sddl_by "wmi": a plain look was denied, or none was there
};

// /keys
struct MachineKeysFacts {
    std::optional<std::string> directory_sddl; // dir_sddl
    bool directory_listed = false;             // dir_listed: the names were read
    std::vector<KeyFile> files;     // files: RDP's own first, then others up to the collector's cap
    std::vector<KeyFile> cng_files; // cng_files: %ProgramData%\Microsoft\Crypto\Keys, same cap
    std::uint32_t other_count = 0;  // other_count: files beyond the cap
    std::string expected; // f686aace..._<MachineGuid>, computed by probes/collect; empty: no GUID

    // Finds a file by its name in any case, in files, then in cng_files; null when not listed.
    [[nodiscard]] const KeyFile* find(std::string_view name) const noexcept;
};

} // namespace rdpsweep
