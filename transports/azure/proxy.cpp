// Reads the variables and NO_PROXY's patterns with curl's rules, not cpprest's.
#include "transports/azure/proxy.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

#include <cstdlib>

namespace rdpsweep::azure {

namespace {

std::string host_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find_first_of("/?#"));
    if (url.starts_with('[')) return ascii_lower(url.substr(1, url.find(']') - 1));
    return ascii_lower(url.substr(0, url.find(':')));
}

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host.starts_with("127.") || host == "::1" ||
           host == "169.254.169.254";
}

bool excluded(std::string_view host, std::string_view list) {
    for (const auto& entry : split(list, ',')) {
        auto name = ascii_lower(trim(entry));
        if (name == "*") return true;
        name = name.substr(0, name.find(':'));
        if (name.starts_with('.')) name.erase(0, 1);
        if (name.empty()) continue;
        if (host == name || host.ends_with("." + name)) return true;
    }
    return false;
}

// Finds a variable: lower case first, as curl does; then upper case.
std::string find(const Environment& environment, std::string name) {
    for (const auto& spelling : {ascii_lower(name), name}) {
        const auto value = environment(spelling);
        if (value && !value->empty()) return *value;
    }
    return {};
}

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = text[i] == '%' ? hex_decode(text.substr(i + 1, 2)) : std::nullopt;
        plain += byte && byte->size() == 1 ? byte->front() : text[i];
        if (byte && byte->size() == 1) i += 2;
    }
    return plain;
}

Proxy read_proxy(std::string url) {
    if (url.find("://") == std::string::npos) url.insert(0, "http://");
    Proxy proxy;
    const auto begin = url.find("://") + 3;
    const auto at = url.rfind('@');
    if (at != std::string::npos && at > begin) {
        auto login = url.substr(begin, at - begin);
        url.erase(begin, at + 1 - begin);
        const auto colon = login.find(':');
        proxy.user = percent_decoded(login.substr(0, colon));
        if (colon != std::string::npos) {
            proxy.password.emplace(percent_decoded(login.substr(colon + 1)));
        }
        cleanse(login);
    }
    proxy.url = std::move(url);
    return proxy;
}

} // namespace

std::optional<Proxy> proxy_for(std::string_view url, const Environment& environment) {
    const auto host = host_of(url);
    if (is_this_machine(host) || excluded(host, find(environment, "NO_PROXY"))) return {};
    const bool secure = ascii_lower(url.substr(0, 6)) == "https:";
    // HTTP_PROXY in upper case is not looked at: a web server sets it from a header of a stranger.
    auto value = secure ? find(environment, "HTTPS_PROXY")
                        : environment("http_proxy").value_or(std::string());
    if (value.empty()) value = find(environment, "ALL_PROXY");
    if (value.empty()) return {};
    return read_proxy(std::move(value));
}

std::optional<std::string> process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return {};
    return value;
}

} // namespace rdpsweep::azure
