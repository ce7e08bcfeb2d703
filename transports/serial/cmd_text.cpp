// Reads each tool's output by the places of its columns.
#include "transports/serial/cmd_text.hpp"

#include "core/text.hpp"
#include "transports/serial/screen.hpp"

#include <array>
#include <charconv>

namespace rdpsweep::serial {

namespace {

constexpr std::string_view root = "HKEY_LOCAL_MACHINE\\";
constexpr std::string_view indent = "    ";

struct TypeName {
    std::string_view name;
    std::uint32_t type;
};

constexpr std::array type_names{
    TypeName{"REG_SZ", 1},
    TypeName{"REG_EXPAND_SZ", 2},
    TypeName{"REG_BINARY", 3},
    TypeName{"REG_DWORD", 4},
    TypeName{"REG_MULTI_SZ", 7}};

std::optional<std::uint32_t> number_in(std::string_view text, int base = 10) {
    std::uint32_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || stop != end || text.empty()) return {};
    return value;
}

// A row that fills the screen goes on in the next one, unless that begins something of its own.
TextRows joined(const TextRows& rows) {
    TextRows lines;
    bool full = false;
    for (const auto& row : rows) {
        const bool begins = row.starts_with(indent) || row.starts_with(root);
        if (full && !begins && !lines.empty())
            lines.back() += row;
        else
            lines.push_back(row);
        full = row.size() >= static_cast<std::size_t>(screen_columns);
    }
    return lines;
}

// Reads "    Name    REG_DWORD    0x1"
std::optional<RegValue> read_value(std::string_view line) {
    if (!line.starts_with(indent)) return {};
    line.remove_prefix(indent.size());
    const auto type_at = line.find("    REG_");
    if (type_at == std::string_view::npos) return {};
    RegValue value;
    value.name = std::string(line.substr(0, type_at));
    auto rest = line.substr(type_at + indent.size());
    const auto end = rest.find(indent);
    const auto type = trim(rest.substr(0, end));
    for (const auto& [name, number] : type_names)
        if (type == name) value.type = number;
    if (end != std::string_view::npos) value.text = std::string(rest.substr(end + indent.size()));
    return value;
}

std::vector<std::string> words_in(std::string_view line) {
    std::vector<std::string> found;
    for (auto& word : split(line, ' '))
        if (!word.empty()) found.push_back(std::move(word));
    return found;
}

} // namespace

std::optional<RegKey> read_reg(const TextRows& rows, std::string_view key) {
    const auto whole = std::string(root) + std::string(key);
    RegKey found;
    bool seen = false;
    for (const auto& line : joined(rows)) {
        if (iequals(line, whole)) {
            seen = true;
            continue;
        }
        const bool below = line.size() > whole.size() + 1 &&
                           iequals(std::string_view(line).substr(0, whole.size()), whole) &&
                           line[whole.size()] == '\\';
        if (below) {
            seen = true;
            found.subkeys.push_back(line.substr(whole.size() + 1));
        } else if (auto value = read_value(line)) {
            found.values.push_back(*std::move(value));
        }
    }
    if (!seen) return {};
    return found;
}

std::optional<ServiceState> read_sc(const TextRows& rows) {
    // TYPE, STATE, WIN32_EXIT_CODE, SERVICE_EXIT_CODE, CHECKPOINT, WAIT_HINT, PID, FLAGS
    std::vector<std::uint32_t> numbers;
    for (const auto& row : rows) {
        const auto colon = row.find(" : ");
        if (colon == std::string::npos || row.front() != ' ') continue;
        const auto parts = words_in(std::string_view(row).substr(colon + 3));
        if (parts.empty()) continue;
        const bool hex = parts[0].starts_with("0x");
        const auto value =
            hex ? number_in(std::string_view(parts[0]).substr(2), 16) : number_in(parts[0]);
        if (value) numbers.push_back(*value);
    }
    if (numbers.size() < 7) return {};
    return ServiceState{numbers[1], numbers[2], numbers[6]};
}

std::vector<Listener> read_netstat(const TextRows& rows, std::uint16_t port) {
    const auto end = ":" + std::to_string(port);
    std::vector<Listener> found;
    for (const auto& row : rows) {
        const auto parts = words_in(row);
        if (parts.size() < 4 || parts[0] != "TCP" || !parts[1].ends_with(end)) continue;
        if (!parts[2].ends_with(":0")) continue;
        const auto pid = number_in(parts.back());
        if (!pid) continue;
        auto address = parts[1].substr(0, parts[1].size() - end.size());
        if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
        found.push_back({std::move(address), *pid});
    }
    return found;
}

std::optional<std::string> read_tasklist(const TextRows& rows, std::uint32_t pid) {
    const auto second = "\",\"" + std::to_string(pid) + "\",";
    for (const auto& row : rows) {
        const auto at = row.find(second, 2); // a name has a character at least
        if (!row.starts_with('"') || at == std::string::npos) continue;
        return row.substr(1, at - 1);
    }
    return {};
}

std::string without_doubles(std::string line) {
    for (std::size_t at = 1; at < line.size(); ++at) {
        if (line[at] != line[at - 1]) continue;
        const char c = line[at];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter) line[at] = static_cast<char>(c ^ 0x20);
    }
    return line;
}

} // namespace rdpsweep::serial
