// Writes changes as lines and reads them back: the form in which a plan's file and the script on
// the host exchange them.
#include "core/change.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"

#include <array>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::array kinds{
    std::pair{Change::Kind::value, std::string_view("value")},
    std::pair{Change::Kind::rights, std::string_view("rights")},
    std::pair{Change::Kind::folder, std::string_view("folder")},
    std::pair{Change::Kind::start, std::string_view("start")},
    std::pair{Change::Kind::run, std::string_view("run")},
    std::pair{Change::Kind::certificate, std::string_view("certificate")},
    std::pair{Change::Kind::boot, std::string_view("boot")},
    std::pair{Change::Kind::firewall, std::string_view("firewall")},
    std::pair{Change::Kind::key, std::string_view("key")},
    std::pair{Change::Kind::account, std::string_view("account")},
    std::pair{Change::Kind::task, std::string_view("task")}};

bool is_absent(std::string_view text) noexcept {
    return text == "absent" || text.starts_with("absent/");
}

// Tells whether a start is automatic or on demand; those before are of drivers (winsvc.h).
bool is_enabled(std::string_view text) noexcept {
    return text == "start:2" || text == "start:3" || text == "start:enabled";
}

// Tells whether planned is an account by its SID, and found the same one with its name.
bool is_account(std::string_view planned, std::string_view found) noexcept {
    constexpr std::string_view mark = "account:";
    return planned.starts_with(mark) && planned.find(':', mark.size()) == planned.npos &&
           found.size() > planned.size() && found.starts_with(planned) &&
           found[planned.size()] == ':';
}

Error malformed(std::string what) {
    return {Phase::decode, Errc::malformed_output, std::move(what)};
}

Result<Change> read_line(const std::string& line) {
    constexpr std::size_t columns = 5;
    auto fields = split(line, '|');
    if (fields.size() != columns) return malformed("a change has not five fields");
    for (const auto& [kind, name] : kinds) {
        if (fields[0] != name) continue;
        return Change{
            kind,
            std::move(fields[1]),
            std::move(fields[2]),
            std::move(fields[3]),
            std::move(fields[4])};
    }
    return malformed("no such kind of change: " + foreign_text(fields[0], 40));
}

} // namespace

namespace state {

std::string dword(std::uint32_t number) {
    return "dword:" + std::to_string(number);
}

bool same(std::string_view planned, std::string_view found) noexcept {
    if (planned == "start:enabled") return is_enabled(found);
    if (is_account(planned, found)) return true;
    return planned == found || (is_absent(planned) && is_absent(found));
}

} // namespace state

std::string_view to_string(Change::Kind kind) noexcept {
    for (const auto& [known, name] : kinds) {
        if (known == kind) return name;
    }
    return "value";
}

std::string resource_of(const Change& change) {
    if (change.kind == Change::Kind::value)
        return "registry:HKLM\\" + change.place + "\\" + change.name;
    if (change.kind == Change::Kind::certificate)
        return "certificate:Remote Desktop\\" + change.place;
    if (change.kind == Change::Kind::boot) return "boot:" + change.place + "\\" + change.name;
    if (change.kind == Change::Kind::firewall) return "firewall:" + change.place;
    if (change.kind == Change::Kind::key) return "registry:HKLM\\" + change.place;
    if (change.kind == Change::Kind::task) return "task:" + change.place;
    const bool service = change.kind == Change::Kind::start || change.kind == Change::Kind::run ||
                         change.kind == Change::Kind::account;
    return (service ? "service:" : "file:") + change.place;
}

std::string to_lines(const std::vector<Change>& changes) {
    std::string text;
    for (const auto& change : changes) {
        text += std::string(to_string(change.kind)) + "|" + change.place + "|" + change.name + "|" +
                change.before + "|" + change.after + "\n";
    }
    return text;
}

Result<std::vector<Change>> changes_from_lines(std::string_view text) {
    std::vector<Change> changes;
    for (const auto& line : split(text, '\n')) {
        if (line.empty()) continue;
        auto change = read_line(line);
        if (!change) return std::move(change).error();
        changes.push_back(*std::move(change));
    }
    return changes;
}

} // namespace rdpsweep
