// Parses lines, finds those about a host, and judges a key by them.
#include "transports/ssh/known_hosts.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/read_whole.hpp"
#include "core/text.hpp"
#include "transports/ssh/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t largest_file = 64u << 20;
constexpr std::size_t longest_line = 64u << 10;

std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const auto end = std::min(rest.find_first_of(" \t"), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(end);
    return word;
}

std::optional<KnownHost> parse_line(std::string_view line) {
    KnownHost host;
    auto word = next_word(line);
    if (word == "@revoked") host.marker = KnownHost::Marker::revoked;
    if (word == "@cert-authority") host.marker = KnownHost::Marker::cert_authority;
    if (word.starts_with('@') && host.marker == KnownHost::Marker::none) return {};
    if (host.marker != KnownHost::Marker::none) word = next_word(line);
    host.names = word;
    host.type = next_word(line);
    auto blob = base64_decode(next_word(line));
    if (host.names.empty() || !blob || key_type(*blob).empty()) return {};
    // A line whose type is not its key's was edited or damaged.
    if (key_type(*blob) != host.type) return {};
    host.blob = std::move(*blob);
    return host;
}

} // namespace

void KnownHosts::add(std::string_view text, const std::string& file) {
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.empty() || line.front() == '#') continue;
        auto host = line.size() <= longest_line ? parse_line(line) : std::nullopt;
        if (!host) {
            ++unreadable_;
            continue;
        }
        host->where = file + ":" + std::to_string(number);
        index_.add(lines_.size(), host->names);
        lines_.push_back(std::move(*host));
    }
}

Status KnownHosts::add_file(const std::string& path) {
    std::string text;
    const int code = read_whole(path, largest_file, text);
    if (code == EFBIG)
        return Error(Phase::config, Errc::output_limit, printable(path) + " is over 64 MiB");
    if (code != 0) {
        const auto errc = code == ENOENT ? Errc::name_not_found : Errc::local_limit;
        return Error(Phase::config, errc, "cannot read " + printable(path))
            .with_native(std::strerror(code));
    }
    add(text, path);
    return {};
}

std::vector<const KnownHost*> HostLines::all() const {
    auto lines = exact;
    lines.insert(lines.end(), portless.begin(), portless.end());
    return lines;
}

HostLines KnownHosts::about(std::string_view host, std::uint16_t port) const {
    const auto name = ascii_lower(host);
    if (port == 22) return HostLines{naming(name), {}};
    return HostLines{naming("[" + name + "]:" + std::to_string(port)), naming(name)};
}

std::vector<const KnownHost*> KnownHosts::naming(std::string_view name) const {
    std::vector<const KnownHost*> found;
    for (const auto line : index_.about(name))
        found.push_back(&lines_[line]);
    return found;
}

KeyJudgement judge_key(std::span<const KnownHost* const> lines, std::string_view blob) {
    using Standing = KeyJudgement::Standing;
    KeyJudgement judgement;
    // In the order of Standing: what comes later there outweighs what came before, except that a
    // trusted key stays trusted beside other keys of the host.
    const auto weigh = [&](Standing standing, const KnownHost* line, bool outweighs) {
        if (judgement.standing != Standing::unknown && !outweighs) return;
        judgement.standing = standing;
        judgement.line = line;
    };
    for (const auto* line : lines) {
        const bool same = line->blob == blob;
        if (line->marker == KnownHost::Marker::revoked) {
            if (same) return KeyJudgement{Standing::revoked, line};
        } else if (line->marker == KnownHost::Marker::cert_authority) {
            weigh(Standing::authority, line, false);
        } else if (same) {
            weigh(Standing::trusted, line, true);
        } else if (judgement.standing != Standing::trusted) {
            const bool type = line->type == key_type(blob);
            weigh(type ? Standing::changed : Standing::other, line, type);
        }
    }
    return judgement;
}

KeyJudgement judge_host(const HostLines& lines, std::string_view blob) {
    using Standing = KeyJudgement::Standing;
    const auto exact = judge_key(std::span(lines.exact), blob);
    const auto portless = judge_key(std::span(lines.portless), blob);
    if (exact.standing == Standing::revoked) return exact;
    if (portless.standing == Standing::revoked) return portless;
    const bool open = exact.standing == Standing::unknown || exact.standing == Standing::other ||
                      exact.standing == Standing::authority;
    return open && portless.standing == Standing::trusted ? portless : exact;
}

std::string_view key_type(std::string_view blob) {
    WireReader reader(blob);
    const auto type = reader.text();
    return type && type->size() <= 64 ? *type : std::string_view();
}

std::string fingerprint_of_hex(std::string_view sha256) {
    const auto bytes = hex_decode(sha256);
    if (!bytes || bytes->size() != 32) return {};
    auto text = base64_encode(*bytes);
    while (text.ends_with('='))
        text.pop_back();
    return "SHA256:" + text;
}

std::string fingerprint(std::string_view blob) {
    return fingerprint_of_hex(sha256_hex(blob));
}

} // namespace rdpsweep::ssh
