// Holds the patterns by which a screen of SAC is recognised in any language.
#include "transports/serial/reading.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep::serial {

namespace {

constexpr std::string_view prompt = "SAC>";
// SAC's own application, in the screen of its channel; the end of the GUID is not known for sure.
constexpr std::string_view sac_application = "63d02270-8aa4-11d5-bccf";
constexpr std::string_view wide_colon = "\xef\xbc\x9a"; // U+FF1A

bool is_letter(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Tells whether it is "C:\...>", and nothing behind it.
bool is_drive_prompt(std::string_view row) {
    return row.size() >= 4 && is_letter(row[0]) && row.substr(1, 2) == ":\\" && row.back() == '>';
}

// Tells whether a GUID is at that place.
bool guid_at(std::string_view text, std::size_t at) {
    constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text.size() - at < shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == '-' ? text[at + i] != '-' : !is_hex_digit(text[at + i])) return false;
    }
    return true;
}

bool has_guid(std::string_view row) {
    for (std::size_t at = 0; at + 36 <= row.size(); ++at)
        if (guid_at(row, at)) return true;
    return false;
}

// Returns what follows the first colon, of whatever width.
std::string behind_colon(std::string_view row) {
    const auto narrow = row.find(':');
    const auto wide = row.find(wide_colon);
    if (narrow == std::string_view::npos && wide == std::string_view::npos) return {};
    const auto at = narrow < wide ? narrow + 1 : wide + wide_colon.size();
    return std::string(trim(row.substr(at)));
}

std::string_view skip_digits(std::string_view text) {
    while (!text.empty() && is_digit(text.front()))
        text.remove_prefix(1);
    return text;
}

} // namespace

bool typing_to_sac(const Screen& screen) {
    return screen.row(screen.cursor_row()).starts_with(prompt);
}

bool at_sac_prompt(const Screen& screen) {
    return screen.row(screen.cursor_row()) == prompt &&
           screen.cursor_column() == static_cast<int>(prompt.size());
}

bool at_shell_prompt(const Screen& screen) {
    const auto row = screen.row(screen.cursor_row());
    return is_drive_prompt(row) && screen.cursor_column() == static_cast<int>(row.size());
}

bool begins_with_prompt(std::string_view row) {
    const auto end = row.find('>');
    return end != std::string_view::npos && is_drive_prompt(row.substr(0, end + 1));
}

std::optional<std::string> typed_at_shell(const Screen& screen) {
    for (int at = screen.cursor_row(); at >= 0; --at) {
        const auto row = screen.row(at);
        if (!begins_with_prompt(row)) continue;
        auto text = screen.text_to_cursor(at).substr(row.find('>') + 1);
        std::erase(text, ' ');
        return text;
    }
    return {};
}

std::optional<ChannelRow> read_channel(std::string_view row) {
    row = trim(row);
    const auto rest = skip_digits(row);
    const auto digits = row.size() - rest.size();
    if (digits == 0 || digits > 2) return {};
    auto text = trim(rest);
    const bool shaped = text.size() > 4 && text[0] == '(' && text[3] == ')' &&
                        (text[1] == 'A' || text[1] == 'I') && (text[2] == 'V' || text[2] == 'R');
    if (!shaped) return {};
    ChannelRow found;
    found.index = digits == 1 ? row[0] - '0' : (row[0] - '0') * 10 + (row[1] - '0');
    found.active = text[1] == 'A';
    found.name = std::string(trim(text.substr(4)));
    if (found.name.empty()) return {};
    return found;
}

std::optional<SwitchScreen> read_switch_screen(const Screen& screen) {
    SwitchScreen found;
    int guids = 0;
    bool keys = false;
    for (int at = 0; at < screen_rows; ++at) {
        const auto row = screen.row(at);
        if (row.find("<esc><tab>") != std::string::npos) keys = true;
        if (!has_guid(row)) {
            // The name is in the first row that has a value, above the GUIDs.
            if (guids == 0 && found.name.empty()) found.name = behind_colon(row);
            continue;
        }
        ++guids;
        found.painted = screen.painted(at);
        found.sac = found.sac || row.find(sac_application) != std::string::npos;
    }
    if (guids < 2 || !keys) return {};
    return found;
}

std::optional<int> at_label(const Screen& screen) {
    const int at = screen.cursor_row();
    const auto row = screen.row(at);
    if (row.ends_with(':') || row.ends_with(wide_colon)) return at;
    return {};
}

std::uint32_t read_build(const Screen& screen) {
    for (int at = 0; at < screen_rows; ++at) {
        const auto row = screen.row(at);
        for (auto dot = row.find('.'); dot != std::string::npos; dot = row.find('.', dot + 1)) {
            if (dot == 0 || !is_digit(row[dot - 1])) continue;
            auto rest = std::string_view(row).substr(dot + 1);
            const auto behind = skip_digits(rest);
            if (behind.size() == rest.size() || !behind.starts_with('.')) continue;
            rest = behind.substr(1);
            const auto digits = rest.size() - skip_digits(rest).size();
            if (digits < 4 || digits > 6) continue;
            std::uint32_t build = 0;
            for (const char c : rest.substr(0, digits))
                build = build * 10 + static_cast<std::uint32_t>(c - '0');
            return build;
        }
    }
    return 0;
}

std::optional<MachineInfo> read_machine_info(std::string_view past) {
    std::string text(past);
    std::erase(text, '\0');
    const auto begin = text.rfind("<machine-info>");
    if (begin == std::string::npos) return {};
    const auto element = [&text, begin](std::string_view name) -> std::string {
        const auto open = "<" + std::string(name) + ">";
        const auto at = text.find(open, begin);
        if (at == std::string::npos) return {};
        const auto from = at + open.size();
        const auto end = text.find('<', from);
        constexpr std::size_t longest = 64;
        if (end == std::string::npos || end - from > longest) return {};
        return text.substr(from, end - from);
    };
    MachineInfo found{element("name"), element("os-build-number")};
    const bool digits = !found.build.empty() && skip_digits(found.build).empty();
    if (!digits) found.build.clear();
    if (found.name.empty() && found.build.empty()) return {};
    return found;
}

std::string read_status(std::string_view row) {
    const auto at = row.find("0x");
    if (at == std::string_view::npos) return {};
    auto end = at + 2;
    while (end < row.size() && is_hex_digit(row[end]))
        ++end;
    return end - at == 10 ? std::string(row.substr(at, 10)) : std::string();
}

int answer_of(const std::string& row, char sign) {
    if (row.size() < 2 || row.size() > 6 || row.front() != sign) return -1;
    int value = -1;
    const auto* const end = row.data() + row.size();
    const auto [stop, error] = std::from_chars(row.data() + 1, end, value);
    return error == std::errc() && stop == end ? value : -1;
}

int highest(const Screen& screen, char sign) {
    int found = -1;
    for (int at = 0; at < screen_rows; ++at)
        found = std::max(found, answer_of(screen.row(at), sign));
    return found;
}

bool shows(const Screen& screen, std::string_view line) {
    for (int at = 0; at < screen_rows; ++at)
        if (screen.row(at) == line) return true;
    return false;
}

} // namespace rdpsweep::serial
