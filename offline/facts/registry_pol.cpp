// Looks for entries as the collector's expression does: \[([^\[\];\0]+)\0;([^\[\];\0]*)\0;
#include "offline/facts/registry_pol.hpp"

#include "core/text.hpp"

#include "offline/hive/names.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_policy_names = 128;
constexpr std::size_t longest_policy_name = 4096;

bool ends_name(char16_t unit) {
    return unit == u'[' || unit == u']' || unit == u';' || unit == u'\0';
}

// Returns the name at the begin of text if it is one that ends with NUL and a semicolon.
std::optional<std::u16string_view> name_before(std::u16string_view text) {
    std::size_t length = 0;
    while (length < text.size() && length < longest_policy_name && !ends_name(text[length]))
        ++length;
    if (text.size() - length < 2 || text[length] != u'\0' || text[length + 1] != u';')
        return std::nullopt;
    return text.substr(0, length);
}

bool concerns_rdp(std::string_view name) {
    const auto lower = ascii_lower(name);
    for (const std::string_view part : {"terminal s", "schannel", "cryptography"}) {
        if (lower.find(part) != std::string::npos) return true;
    }
    return false;
}

} // namespace

std::vector<std::string> rdp_policies(Bytes file) {
    const auto text = read_name(file, NameBytes::wide);
    std::vector<std::string> names;
    for (std::size_t at = text.find(u'['); at != std::u16string::npos; at = text.find(u'[', at)) {
        auto rest = std::u16string_view(text).substr(++at);
        const auto key = name_before(rest);
        if (!key || key->empty()) continue;
        rest.remove_prefix(key->size() + 2);
        const auto value = name_before(rest);
        if (!value) continue;
        at += key->size() + value->size() + 4;
        auto name = name_text(*key) + "\\" + name_text(*value);
        if (!concerns_rdp(name) || name.size() > longest_policy_name) continue;
        names.push_back(std::move(name));
        if (names.size() == most_policy_names) break;
    }
    return names;
}

} // namespace rdpsweep::offline
