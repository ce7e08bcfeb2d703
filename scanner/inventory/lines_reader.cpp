// Reads targets from plain lines and from the -t options.
#include "core/text.hpp"
#include "scanner/inventory/endpoint.hpp"
#include "scanner/inventory/inventory.hpp"

namespace rdpsweep {

namespace {

// Reads "host", "host:port", "name=address", "name=address:port".
Complaint read_target(std::string_view text, TargetDraft& draft) {
    // The last one: names may hold any character, addresses none of these.
    const auto equals = text.rfind('=');
    auto name = text.substr(0, equals);
    const auto place = equals == std::string_view::npos ? text : trim(text.substr(equals + 1));
    const auto endpoint = parse_endpoint(place);
    if (!endpoint) {
        return Mistake{
            in_quotes(place) + " is not an address", "write host, host:port or name=address:port"};
    }
    draft.target.address = endpoint->host;
    if (endpoint->port) {
        draft.target.winrm.port = *endpoint->port;
        draft.given.add(Field::winrm_port);
    }
    if (equals == std::string_view::npos) name = endpoint->host;
    if (auto complaint = set_field(draft, Field::name, trim(name))) return complaint;
    return finish(draft);
}

// '#' starts a comment at the start of a line or after a blank.
std::string_view without_comment(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool apart = i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t';
        if (line[i] == '#' && apart) return line.substr(0, i);
    }
    return line;
}

void add(std::string_view text, std::string origin, Problems& problems, InventorySource& source) {
    TargetDraft draft;
    if (auto complaint = read_target(text, draft)) {
        problems.add(std::move(origin), std::move(*complaint));
        return;
    }
    draft.target.origin = std::move(origin);
    source.targets.push_back(std::move(draft.target));
    source.given.push_back(draft.given);
}

} // namespace

void read_lines(std::string_view text, const ReadContext& context, InventorySource& source) {
    std::uint32_t number = 0;
    while (!text.empty() && !context.problems.full()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        const auto what = trim(without_comment(line));
        if (what.empty()) continue;
        const Position at{number, static_cast<std::uint32_t>(what.data() - line.data() + 1)};
        if (source.targets.size() >= inventory_limits::targets) {
            context.problems.add(to_text(context.file, at), "more than 1,000,000 targets");
            return;
        }
        add(what, to_text(context.file, at), context.problems, source);
    }
}

void read_arguments(
    const std::vector<std::string>& targets, const ReadContext& context, InventorySource& source
) {
    for (const auto& text : targets)
        add(trim(text), context.file, context.problems, source);
}

} // namespace rdpsweep
