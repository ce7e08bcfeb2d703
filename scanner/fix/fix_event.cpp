// The names of the events, for errors.
#include "scanner/fix/fix_event.hpp"

#include <array>

namespace rdpsweep {

std::string_view name_of(const FixEvent& event) noexcept {
    static constexpr std::array<std::string_view, std::variant_size_v<FixEvent>> names{
        "begin",
        "give_up",
        "lock_held",
        "lock_taken",
        "looked",
        "guard_answered",
        "disk_copied",
        "changed",
        "outside_answered",
        "soaked",
        "written",
        "not_written",
        "lost"};
    return names[event.index()];
}

} // namespace rdpsweep
