// The names of the steps, for errors.
#include "scanner/fix/fix_step.hpp"

#include <array>

namespace rdpsweep {

std::string_view to_string(FixStep step) noexcept {
    static constexpr auto names = std::to_array<std::string_view>({
        "idle",           "locking",           "making_sure",      "looking_before",
        "asking_before",  "asking_guard",      "copying_disk",     "reading_before",
        "writing_backup", "writing_applying",  "applying",         "writing_applied",
        "finding_out",    "looking_after",     "asking_after",     "writing_restart",
        "restarting",     "looking_restarted", "asking_restarted", "soaking",
        "looking_soaked", "asking_soaked",     "writing_undo",     "undoing",
        "writing_end",
    });
    static_assert(names.size() == fix_step_count);
    const auto at = static_cast<std::size_t>(step);
    return at < names.size() ? names[at] : std::string_view();
}

} // namespace rdpsweep
