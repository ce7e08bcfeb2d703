// The terms of a --select expression: names, tags, groups, networks.
#include "scanner/inventory/select_terms.hpp"

#include "core/asio.hpp"
#include "core/text.hpp"
#include "scanner/inventory/select.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

char folded(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

template <class Network, class Address>
Term in_network(const Network& network) {
    return [network](const Target& target) {
        boost::system::error_code wrong;
        const auto address = asio::ip::make_address(target.address, wrong);
        if (wrong) return false;
        if constexpr (std::is_same_v<Address, asio::ip::address_v4>) {
            return address.is_v4() &&
                   Network(address.to_v4(), network.prefix_length()).canonical() ==
                       network.canonical();
        } else {
            return address.is_v6() &&
                   Network(address.to_v6(), network.prefix_length()).canonical() ==
                       network.canonical();
        }
    };
}

Term address_term(const std::string& pattern) {
    if (pattern.find('/') != std::string::npos) {
        boost::system::error_code wrong;
        const auto v4 = asio::ip::make_network_v4(pattern, wrong);
        if (!wrong) return in_network<asio::ip::network_v4, asio::ip::address_v4>(v4);
        const auto v6 = asio::ip::make_network_v6(pattern, wrong);
        if (!wrong) return in_network<asio::ip::network_v6, asio::ip::address_v6>(v6);
        return {};
    }
    return [pattern](const Target& target) { return matches_glob(pattern, target.address); };
}

Term vm_term(const std::string& pattern) {
    return [pattern](const Target& target) {
        if (target.vm.empty()) return matches_glob(pattern, target.name);
        const auto last = std::string_view(target.vm).substr(target.vm.rfind('/') + 1);
        return matches_glob(pattern, target.vm) || matches_glob(pattern, last);
    };
}

Term tag_term(const std::string& pattern) {
    const auto equals = pattern.find('=');
    const auto key = pattern.substr(0, equals);
    const auto value = equals == std::string::npos ? "*" : pattern.substr(equals + 1);
    return [key, value](const Target& target) {
        return std::any_of(target.tags.begin(), target.tags.end(), [&](const auto& tag) {
            return iequals(tag.first, key) && matches_glob(value, tag.second);
        });
    };
}

Term group_term(const std::string& pattern) {
    return [pattern](const Target& target) {
        return std::any_of(target.groups.begin(), target.groups.end(), [&](const auto& group) {
            return matches_glob(pattern, group);
        });
    };
}

Term name_term(const std::string& pattern) {
    return [pattern](const Target& target) { return matches_glob(pattern, target.name); };
}

constexpr std::array<SelectionField, 5> fields{{
    {"name", name_term},
    {"vm", vm_term},
    {"group", group_term},
    {"tag", tag_term},
    {"address", address_term},
}};

} // namespace

std::span<const SelectionField> selection_fields() noexcept {
    return fields;
}

bool matches_glob(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos; // the last * met, and what it has eaten up to
    std::size_t eaten = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            eaten = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || folded(pattern[p]) == folded(text[t]))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++eaten;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace rdpsweep
