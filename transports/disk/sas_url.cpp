// Takes nothing for granted: a person may have copied it, or half of it.
#include "transports/disk/sas_url.hpp"

#include "core/asio.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace rdpsweep::disk {

namespace {

// Azure's own are below 500 bytes.
constexpr std::size_t longest = 8192;
// A signature is an HMAC-SHA256 in Base64, 44 characters. Shorter than that it may be a word.
constexpr std::size_t shortest_signature = 16;
constexpr std::size_t longest_named = 300; // of host and path, in a sentence

constexpr auto whole =
    "a SAS is a whole URL, https://HOST/PATH?...&sig=...: az snapshot grant-access --access-level "
    "Read --duration-in-seconds 3600 -g GROUP -n SNAPSHOT";

Error no_sas(Errc code, std::string detail, const char* hint = whole) {
    return Error(Phase::config, code, std::move(detail)).with_hint(hint);
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
    });
}

// Returns host and port of "host", "host:port" or "[address]:port"; nothing where it is none.
std::optional<net::Endpoint> read_place(std::string_view text, std::uint16_t usual) {
    net::Endpoint place{{}, usual};
    const bool v6 = text.starts_with('[');
    const auto end = v6 ? text.find(']') : text.find(':');
    place.host = ascii_lower(text.substr(v6 ? 1 : 0, v6 ? end - 1 : end));
    boost::system::error_code wrong;
    if (v6) asio::ip::make_address_v6(place.host, wrong);
    if (wrong || (v6 ? end == std::string_view::npos : !is_name(place.host))) return {};
    auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end + v6);
    if (rest.empty()) return place;
    if (rest.front() != ':') return {};
    rest.remove_prefix(1);
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), place.port);
    if (error != std::errc() || stop != rest.data() + rest.size() || place.port == 0) return {};
    return place;
}

bool is_loopback(const std::string& host) {
    boost::system::error_code wrong;
    const auto address = asio::ip::make_address(host, wrong);
    return !wrong && address.is_loopback();
}

// Returns the host that a signature may be shown to.
Result<net::Endpoint> read_host(std::string_view text, bool tls) {
    auto place = read_place(text, tls ? 443 : 80);
    if (!place) return no_sas(Errc::malformed_output, "the SAS names no host");
    if (tls || is_loopback(place->host)) return *std::move(place);
    return no_sas(
        Errc::unsupported,
        "the SAS is a URL of http://, which shows its signature to everybody on the way",
        "write https:// instead of http://"
    );
}

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escape = text[at] == '%' && at + 2 < text.size() && is_hex_digit(text[at + 1]) &&
                            is_hex_digit(text[at + 2]);
        if (!escape) {
            plain += text[at];
            continue;
        }
        plain += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
        at += 2;
    }
    return plain;
}

// Returns the value of sig=, decoded; empty where there is none.
std::string signature_in(std::string_view query) {
    while (!query.empty()) {
        const auto one = query.substr(0, query.find('&'));
        if (iequals(one.substr(0, 4), "sig=")) return percent_decoded(one.substr(4));
        query.remove_prefix(std::min(one.size() + 1, query.size()));
    }
    return {};
}

} // namespace

std::string SasUrl::target() const {
    return path + "?" + std::string(query.reveal());
}

Result<SasUrl> read_sas_url(const Secret& url) {
    auto text = url.reveal();
    if (text.size() > longest || !is_visible(text)) {
        return no_sas(Errc::malformed_output, "the SAS holds spaces, or is no URL");
    }
    const bool tls = iequals(text.substr(0, 8), "https://");
    if (!tls && !iequals(text.substr(0, 7), "http://")) {
        return no_sas(Errc::malformed_output, "the SAS does not begin with https://");
    }
    text.remove_prefix(tls ? 8 : 7);
    const auto question = text.find('?');
    const auto slash = std::min(text.find('/'), question);
    if (question == std::string_view::npos || text.find('#') != std::string_view::npos) {
        return no_sas(Errc::malformed_output, "the SAS has no signature");
    }
    auto place = read_host(text.substr(0, slash), tls);
    if (!place) return std::move(place).error();
    const auto path = text.substr(slash, question - slash);
    if (path.size() < 2) return no_sas(Errc::malformed_output, "the SAS names no blob");
    const auto query = text.substr(question + 1);
    auto signature = signature_in(query);
    if (signature.size() < shortest_signature) {
        cleanse(signature);
        return no_sas(Errc::malformed_output, "the SAS has no signature");
    }
    // Not by foreign_text(): it is a part of a secret, and the part that is none.
    auto named = printable(text.substr(0, question), longest_named).str();
    return SasUrl{
        tls,
        *std::move(place),
        std::string(path),
        std::move(named),
        Secret(std::string(query)),
        Secret(std::move(signature))};
}

} // namespace rdpsweep::disk
