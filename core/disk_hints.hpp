// What a person is advised to do about a disk that cannot be read. They are written here because a
// hint is often a command that somebody copies: the helper that reads a hostile disk may choose one
// of them, and add none.
#pragma once

#include <array>
#include <string_view>

namespace rdpsweep::disk_hints {

inline constexpr std::string_view unlock =
    "unlock it on a repair VM first: manage-bde -unlock, then manage-bde -off";
inline constexpr std::string_view repair_vm =
    "attach the disk to a repair VM and look at it there: az vm repair create";
inline constexpr std::string_view os_disk =
    "is it the OS disk? az vm show --query storageProfile.osDisk.name says which one is";
inline constexpr std::string_view start_vm =
    "start the VM once and shut Windows down in full: shutdown /s /f /t 0";
inline constexpr std::string_view doctor = "see `rdpsweep doctor`";

inline constexpr std::array all{unlock, repair_vm, os_disk, start_vm, doctor};

} // namespace rdpsweep::disk_hints
