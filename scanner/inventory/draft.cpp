// Fills a target field by field, and from the defaults what is left.
#include "scanner/inventory/draft.hpp"

#include "core/text.hpp"
#include "scanner/inventory/fields.hpp"

#include <algorithm>
#include <cassert>

namespace rdpsweep {

namespace {

constexpr std::size_t longest_tag = 4096;
constexpr std::size_t most_tags = 64;
constexpr std::size_t longest_route = 8;

} // namespace

Complaint set_field(TargetDraft& draft, Field field, std::string_view text) {
    assert(field != Field::route);
    const auto& row = all_fields()[static_cast<std::size_t>(field)];
    if (auto complaint = row.read(row.called, text, draft.target)) return complaint;
    draft.given.add(field);
    return {};
}

Complaint set_route(
    TargetDraft& draft,
    const std::vector<std::string>& route,
    std::span<const std::string_view> transports
) {
    if (route.empty() || route.size() > longest_route) {
        return Mistake{"a route names 1 to 8 transports", "route: [winrm]"};
    }
    for (auto it = route.begin(); it != route.end(); ++it) {
        if (std::find(transports.begin(), transports.end(), *it) == transports.end()) {
            const std::vector<std::string_view> known(transports.begin(), transports.end());
            return Mistake{
                "this version has no transport " + in_quotes(*it),
                suggest(*it, known, "known transports")};
        }
        if (std::find(route.begin(), it, *it) != it) {
            return Mistake{"the route names " + in_quotes(*it) + " twice", ""};
        }
    }
    draft.target.route = route;
    draft.given.add(Field::route);
    return {};
}

Complaint set_tag(TargetDraft& draft, std::string_view key, std::string_view value) {
    if (trim(key).empty()) return Mistake{"a tag has no name", ""};
    if (key.size() > longest_tag || value.size() > longest_tag) {
        return Mistake{"the tag " + in_quotes(key) + " is longer than 4096 bytes", ""};
    }
    if (draft.target.tags.size() >= most_tags) return Mistake{"more than 64 tags", ""};
    draft.target.tags.emplace(key, value);
    return {};
}

std::string_view file_name(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

namespace {

int sources_of(const DiskImage& disk) {
    return int(!disk.file.empty()) + int(!disk.snapshot.empty()) + int(!disk.sas_env.empty()) +
           int(!disk.sas_file.empty()) + int(!disk.sas_systemd.empty());
}

} // namespace

Complaint finish(TargetDraft& draft) {
    auto& target = draft.target;
    if (target.name.empty()) target.name = target.address;
    const auto& disk = target.disk->file.empty() ? target.disk->snapshot : target.disk->file;
    if (target.name.empty() && !disk.empty()) {
        target.name = file_name(disk);
        target.named_by_disk = true;
    }
    if (target.name.empty()) {
        return Mistake{"a target has neither a name nor an address", "add name: and address:"};
    }
    if (sources_of(*target.disk) > 1) {
        return Mistake{
            "the disk of " + in_quotes(target.name) + " has more than one source",
            "keep one of file:, snapshot: and sas:, which is one of { env: }, { file: } and { "
            "systemd: }"};
    }
    if (target.address.empty() && target.vm.empty() && !target.disk->given()) {
        return Mistake{
            "the target " + in_quotes(target.name) + " has no address",
            "add address: with an IP address or a DNS name"};
    }
    target.id = target.vm.empty() ? target.name : ascii_lower(target.vm);
    return {};
}

namespace {

// 5985 alone means HTTP, and HTTP alone means 5985 (or what http_port says).
template <class Given>
void follow_scheme(WinRmOptions& winrm, Given given) {
    const bool port = given(Field::winrm_port);
    if (!given(Field::winrm_scheme) && port && winrm.port == winrm_ports::http) {
        winrm.scheme = WinRmScheme::http;
    }
    if (winrm.scheme == WinRmScheme::http && !port) winrm.port = winrm.http_port;
}

} // namespace

void apply_defaults(Target& target, FieldSet given, const TargetDraft& defaults) {
    const auto& from = defaults.target;
    const auto wanted = [&](Field field) { return defaults.given.has(field) && !given.has(field); };
    for (const auto& row : all_fields()) {
        if (row.take != nullptr && wanted(row.field)) row.take(from, target);
    }
    if (wanted(Field::route)) target.route = from.route;
    target.tags.insert(from.tags.begin(), from.tags.end());
    follow_scheme(target.winrm, [&](Field field) {
        return given.has(field) || defaults.given.has(field);
    });
}

} // namespace rdpsweep
