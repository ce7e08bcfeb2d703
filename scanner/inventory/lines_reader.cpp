// Reads targets from plain lines and from the -t options.
#include "core/text.hpp"
#include "scanner/inventory/address_range.hpp"
#include "scanner/inventory/endpoint.hpp"
#include "scanner/inventory/inventory.hpp"
#include "scanner/inventory/text_encoding.hpp"
#include "scanner/system/read_file.hpp"

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

class LinesReader {
public:
    LinesReader(Problems& problems, InventorySource& source)
        : problems_(problems), source_(source) {}

    void read(std::string_view text, const std::string& file) {
        std::uint32_t number = 0;
        while (!text.empty() && !problems_.full()) {
            const auto end = text.find('\n');
            const auto line = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            ++number;
            const auto what = trim(without_comment(line));
            if (what.empty()) continue;
            const Position at{number, static_cast<std::uint32_t>(what.data() - line.data() + 1)};
            add(what, to_text(file, at));
        }
    }

    // Reads one target, or the many of a network or a range.
    void add(std::string_view text, const std::string& origin) {
        std::optional<AddressRange> range;
        if (auto wrong = read_address_range(text, most_addresses - ranged_, range)) {
            problems_.add(origin, std::move(*wrong));
            return;
        }
        if (!range) return add_one(text, origin);
        ranged_ += range->hosts.size();
        const auto port = range->port ? ':' + std::to_string(*range->port) : std::string();
        for (const auto& host : range->hosts) {
            const bool v6 = host.find(':') != std::string::npos;
            add_one(v6 ? '[' + host + ']' : host + port, origin);
        }
    }

private:
    void add_one(std::string_view text, const std::string& origin) {
        if (source_.targets.size() >= inventory_limits::targets) {
            problems_.add(origin, "more than 1,000,000 targets");
            return;
        }
        TargetDraft draft;
        if (auto complaint = read_target(text, draft)) {
            problems_.add(origin, std::move(*complaint));
            return;
        }
        draft.target.origin = origin;
        source_.targets.push_back(std::move(draft.target));
        source_.given.push_back(draft.given);
    }

    Problems& problems_;
    InventorySource& source_;
    std::size_t ranged_ = 0; // targets that came of networks and ranges
};

// Reads "@FILE": lines.
void read_named_file(const std::string& path, LinesReader& reader, Problems& problems) {
    auto text = read_file(path, inventory_limits::file_bytes);
    if (!text) {
        problems.add(
            '@' + path, std::string(text.error().detail()), "-t @FILE has one target a line"
        );
        return;
    }
    if (auto wrong = decode_text(*text)) {
        problems.add('@' + path, std::move(*wrong));
        return;
    }
    reader.read(*text, path);
}

} // namespace

void read_lines(std::string_view text, const ReadContext& context, InventorySource& source) {
    LinesReader(context.problems, source).read(text, context.file);
}

void read_arguments(
    const std::vector<std::string>& targets, const ReadContext& context, InventorySource& source
) {
    LinesReader reader(context.problems, source);
    for (const auto& text : targets) {
        const auto word = trim(text);
        if (word == "@-" || word == "@") {
            context.problems.add(context.file, "-t @FILE names no file", "-i - reads stdin");
        } else if (word.starts_with('@')) {
            read_named_file(std::string(word.substr(1)), reader, context.problems);
        } else {
            reader.add(word, context.file);
        }
    }
}

} // namespace rdpsweep
