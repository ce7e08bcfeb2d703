// When a plan may change hosts: 'Sat 01:00-05:00 Europe/Berlin'. Pure but for the zone of the
// process.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

struct MaintenanceWindow {
    std::array<bool, 7> days{}; // on which it opens; Sunday first, as tm_wday
    int from = 0;               // minutes of the day
    int to = 0;                 // not after from: it closes on the next day
    std::string zone;           // of the tz database; empty: the machine's own
};

// Reads [DAYS] HH:MM-HH:MM [ZONE]; DAYS is Sat, Sat,Sun or Mon-Fri, none is every day. Nothing for
// any other text.
std::optional<MaintenanceWindow> parse_window(std::string_view text);

// Returns how long it stays open at that time of that weekday; nothing while it is closed.
std::optional<std::chrono::minutes>
open_for(const MaintenanceWindow& window, int weekday, int minute) noexcept;

// Makes the window's zone that of the process; call it before there are threads. False when the tz
// database has no such zone.
bool take_zone(const MaintenanceWindow& window);

// Returns open_for() now. Precondition: take_zone() returned true.
std::optional<std::chrono::minutes> open_now(const MaintenanceWindow& window, std::int64_t now);

} // namespace rdpsweep
