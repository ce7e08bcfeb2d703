// Parses days, hours and zone, and computes for how long the window stays open.
#include "scanner/fix/window.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <vector>

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 7> day_names{
    "sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr int day_minutes = 24 * 60;

std::optional<std::size_t> day_of(std::string_view name) {
    const auto found = std::find(day_names.begin(), day_names.end(), ascii_lower(name));
    if (found == day_names.end()) return {};
    return static_cast<std::size_t>(found - day_names.begin());
}

// Reads "Sat", "Sat,Sun", "Mon-Fri".
bool read_days(std::string_view text, std::array<bool, 7>& days) {
    for (const auto& part : split(text, ',')) {
        const auto dash = part.find('-');
        const auto first = day_of(std::string_view(part).substr(0, dash));
        const auto last =
            dash == std::string::npos ? first : day_of(std::string_view(part).substr(dash + 1));
        if (!first || !last) return false;
        for (auto day = *first;; day = (day + 1) % days.size()) {
            days[day] = true;
            if (day == *last) break;
        }
    }
    return true;
}

// Reads "01:00"; 24:00 is the end of a day.
std::optional<int> minute_of(std::string_view text) {
    const auto digit = [&text](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    const bool shaped =
        text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4);
    if (!shaped) return {};
    const int hours = (text[0] - '0') * 10 + text[1] - '0';
    const int minutes = (text[3] - '0') * 10 + text[4] - '0';
    const int all = hours * 60 + minutes;
    if (minutes > 59 || all > day_minutes) return {};
    return all;
}

bool read_hours(std::string_view text, MaintenanceWindow& window) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return false;
    const auto from = minute_of(text.substr(0, dash));
    const auto to = minute_of(text.substr(dash + 1));
    if (!from || !to || *from == *to || *from == day_minutes) return false;
    window.from = *from;
    window.to = *to;
    return true;
}

bool is_zone_name(std::string_view text) {
    return !text.empty() && text.size() < 64 && text.front() != '/' &&
           text.find("..") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '/' || c == '_' || c == '-' || c == '+';
           });
}

} // namespace

std::optional<MaintenanceWindow> parse_window(std::string_view text) {
    auto words = split(trim(text), ' ');
    std::erase_if(words, [](const std::string& word) { return word.empty(); });
    MaintenanceWindow window;
    std::size_t at = 0;
    if (at < words.size() && words[at].find(':') == std::string::npos) {
        if (!read_days(words[at++], window.days)) return {};
    } else {
        window.days.fill(true);
    }
    if (at >= words.size() || !read_hours(words[at++], window)) return {};
    if (at < words.size()) window.zone = words[at++];
    if (at != words.size() || (!window.zone.empty() && !is_zone_name(window.zone))) return {};
    return window;
}

std::optional<std::chrono::minutes>
open_for(const MaintenanceWindow& window, int weekday, int minute) noexcept {
    const bool overnight = window.to <= window.from;
    const auto opens = [&window](int day) {
        return window.days[static_cast<std::size_t>((day + 7) % 7)];
    };
    const int end = overnight ? window.to + day_minutes : window.to;
    if (opens(weekday) && minute >= window.from && minute < end) {
        return std::chrono::minutes(end - minute);
    }
    // What opened yesterday.
    if (overnight && opens(weekday - 1) && minute < window.to) {
        return std::chrono::minutes(window.to - minute);
    }
    return {};
}

bool take_zone(const MaintenanceWindow& window) {
    if (window.zone.empty()) return true;
    std::error_code failed;
    if (!std::filesystem::is_regular_file("/usr/share/zoneinfo/" + window.zone, failed))
        return false;
    setenv("TZ", window.zone.c_str(), 1);
    tzset();
    return true;
}

std::optional<std::chrono::minutes> open_now(const MaintenanceWindow& window, std::int64_t now) {
    const auto time = static_cast<std::time_t>(now);
    std::tm local{};
    if (localtime_r(&time, &local) == nullptr) return {};
    return open_for(window, local.tm_wday, local.tm_hour * 60 + local.tm_min);
}

} // namespace rdpsweep
