// Parses lines, matches plain, wildcard and hashed names, and judges a key by those that match.
#include "transports/ssh/known_hosts.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "transports/ssh/wire.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t largest_file = 64u << 20;
constexpr std::size_t longest_line = 64u << 10;
constexpr std::size_t most_patterns = 1024; // of one line

// Matches as OpenSSH does: * is any text, ? one character. Linear in space and at most quadratic in
// time.
bool wildcard_match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) &&
            pattern[p] != '*') {
            ++p;
            ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

std::string hmac_sha1(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int length = 0;
    const auto* const done = HMAC(
        EVP_sha1(),
        key.data(),
        static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(text.data()),
        text.size(),
        out.data(),
        &length
    );
    if (done == nullptr) return {};
    return std::string(reinterpret_cast<const char*>(out.data()), length);
}

// |1|salt|hash: both Base64, HMAC-SHA1 of the name with the salt as the key.
bool hashed_match(std::string_view field, std::string_view name) {
    const auto parts = split(field, '|');
    if (parts.size() != 4 || parts[1] != "1") return false;
    const auto salt = base64_decode(parts[2]);
    const auto hash = base64_decode(parts[3]);
    return salt && hash && !salt->empty() && hmac_sha1(*salt, name) == *hash;
}

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
        lines_.push_back(std::move(*host));
    }
}

Status KnownHosts::add_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const auto code = errno == ENOENT ? Errc::name_not_found : Errc::local_limit;
        return Error(Phase::config, code, "cannot read " + printable(path))
            .with_native(std::strerror(errno));
    }
    std::string text(largest_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    if (text.size() > largest_file) {
        return Error(Phase::config, Errc::output_limit, printable(path) + " is over 64 MiB");
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
    for (const auto& line : lines_) {
        if (ssh::names_match(line.names, name)) found.push_back(&line);
    }
    return found;
}

bool names_match(std::string_view names, std::string_view name) {
    if (names.starts_with('|')) return hashed_match(names, name);
    bool matched = false;
    for (std::size_t count = 0; !names.empty() && count < most_patterns; ++count) {
        const auto end = std::min(names.find(','), names.size());
        auto pattern = names.substr(0, end);
        names.remove_prefix(std::min(end + 1, names.size()));
        const bool except = pattern.starts_with('!');
        if (except) pattern.remove_prefix(1);
        if (pattern.empty() || !wildcard_match(ascii_lower(pattern), name)) continue;
        if (except) return false;
        matched = true;
    }
    return matched;
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
