// Nothing of an answer's words is kept but its two codes: the storage has seen the signature.
#include "transports/disk/sas_answer.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace rdpsweep::disk {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds longest_pause{
    10}; // a host has 90 s; who wants more is asked again in another run

// "Common REST API error codes" and "Blob service error codes", Microsoft Learn.
struct Meaning {
    unsigned status;
    std::string_view code; // x-ms-error-code begins with it; empty: any
    Errc means;
    std::string_view detail;
    std::string_view hint;
};

constexpr std::string_view another =
    "get another one: az snapshot grant-access --access-level Read --duration-in-seconds 3600 -g "
    "GROUP -n SNAPSHOT";
constexpr std::string_view is_there = "is the snapshot still there? az snapshot show -g GROUP -n "
                                      "SNAPSHOT";

constexpr std::array meanings{
    Meaning{
        401,
        "",
        Errc::access_denied,
        "a login of Entra ID is wanted beside the SAS",
        "the disk's dataAccessAuthMode asks for it: az disk show --query dataAccessAuthMode"},
    Meaning{
        403,
        "AuthenticationFailed",
        Errc::access_denied,
        "the SAS is refused: it has ended, was revoked, or is not whole",
        another},
    Meaning{
        403,
        "AuthorizationPermissionMismatch",
        Errc::access_denied,
        "the SAS does not permit to read",
        another},
    Meaning{
        403,
        "AuthorizationSourceIPMismatch",
        Errc::access_denied,
        "the SAS is for another address than this machine's",
        "run it where the SAS is for, or get one without sip="},
    Meaning{
        403,
        "AuthorizationFailure",
        Errc::access_denied,
        "the storage does not admit us",
        "does its firewall, or a private endpoint, admit this network? else the SAS may have "
        "ended"},
    Meaning{403, "", Errc::access_denied, "the SAS is refused", another},
    Meaning{404, "", Errc::not_found, "there is no such blob", is_there},
    Meaning{409, "", Errc::unsupported, "the blob cannot be read as it is now", is_there},
    Meaning{
        412,
        "",
        Errc::protocol_violation,
        "the disk changed while it was read",
        "is it in use? read a snapshot of it"},
    Meaning{
        416,
        "",
        Errc::malformed_output,
        "the blob has no such bytes: it is empty, or was cut",
        "is it a whole disk? az storage blob show --query properties.contentLength"},
    Meaning{429, "", Errc::throttled, "too much is asked of it", "run it again, with fewer disks"},
    Meaning{500, "", Errc::throttled, "the storage failed", "run it again"},
    Meaning{502, "", Errc::throttled, "the storage is not reached", "run it again"},
    Meaning{503, "", Errc::throttled, "the storage is busy", "run it again, with fewer disks"},
    Meaning{504, "", Errc::throttled, "the storage is not reached", "run it again"},
};

constexpr Meaning not_ranges{
    200,
    "",
    Errc::unsupported,
    "whole blobs are served, and no ranges",
    "is that Azure's storage? a proxy in between may not know ranges"};
constexpr Meaning elsewhere{
    300,
    "",
    Errc::protocol_violation,
    "we are sent elsewhere, where a SAS is not shown",
    "is the SAS of Azure's storage?"};
constexpr Meaning strange{
    0, "", Errc::protocol_violation, "the answer is none of a storage's", "is a proxy in between?"};

std::string header(const net::HttpResponse& answer, std::string_view name) {
    auto values = answer.values(name);
    return values.empty() ? std::string() : std::move(values.front());
}

// Returns the text if it is a word of such characters; empty for anything else.
template <class Is>
std::string word(std::string text, Is is) {
    const bool good = text.size() <= 64 && std::all_of(text.begin(), text.end(), is);
    return good ? text : std::string();
}

std::string error_code(const net::HttpResponse& answer) {
    return word(header(answer, "x-ms-error-code"), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

std::string native_of(const net::HttpResponse& answer) {
    auto native = "HTTP " + std::to_string(answer.status);
    if (const auto code = error_code(answer); !code.empty()) native += " " + code;
    const auto request =
        word(header(answer, "x-ms-request-id"), [](char c) { return is_hex_digit(c) || c == '-'; });
    return request.empty() ? native : native + ", request " + request;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    return wrong == std::errc() && stop == text.data() + text.size();
}

milliseconds pause_of(const net::HttpResponse& answer) {
    unsigned wanted = 0;
    if (!read_number(header(answer, "Retry-After"), wanted)) return {};
    return std::min<milliseconds>(seconds(wanted), longest_pause);
}

Error failed(const net::HttpResponse& answer, const Meaning& meaning) {
    return Error(Phase::run, meaning.means, std::string(meaning.detail))
        .with_native(native_of(answer))
        .with_hint(std::string(meaning.hint))
        .with_pause(meaning.means == Errc::throttled ? pause_of(answer) : milliseconds());
}

const Meaning& meaning_of(const net::HttpResponse& answer) {
    const auto code = error_code(answer);
    for (const auto& meaning : meanings) {
        if (meaning.status == answer.status && code.starts_with(meaning.code)) return meaning;
    }
    if (answer.status / 100 == 3) return elsewhere;
    return answer.status == 200 ? not_ranges : strange;
}

struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t size = 0;
};

// Reads "bytes 0-511/1024" (RFC 9110 section 14.4); nothing for another form.
std::optional<ContentRange> read_content_range(std::string_view text) {
    constexpr std::string_view unit = "bytes ";
    if (!text.starts_with(unit)) return {};
    text.remove_prefix(unit.size());
    const auto dash = std::min(text.find('-'), text.size());
    const auto slash = std::min(text.find('/'), text.size());
    if (dash >= slash || slash == text.size()) return {};
    ContentRange range;
    const bool good = read_number(text.substr(0, dash), range.first) &&
                      read_number(text.substr(dash + 1, slash - dash - 1), range.last) &&
                      read_number(text.substr(slash + 1), range.size);
    if (!good || range.first > range.last || range.last >= range.size) return {};
    return range;
}

Error other_bytes(const net::HttpResponse& answer) {
    return Error(Phase::run, Errc::protocol_violation, "other bytes were sent than were asked for")
        .with_native(native_of(answer))
        .with_hint("is a proxy in between that does not know ranges?");
}

// An ETag goes back as it came, so nothing but a word is kept.
std::string etag_of(const net::HttpResponse& answer) {
    return word(header(answer, "ETag"), [](char c) { return c > ' ' && c < 0x7f; });
}

} // namespace

std::string ByteRange::header() const {
    return "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1);
}

bool refuses_signature(const net::HttpResponse& answer) {
    if (answer.status != 403) return false;
    const auto code = error_code(answer);
    // The latter is that of a firewall, and azurite's for a SAS that has ended.
    return code.empty() || code == "AuthenticationFailed" || code == "AuthorizationFailure";
}

Result<RangeAnswer>
read_range_answer(net::HttpResponse&& answer, const ByteRange& wanted, const BlobShape* known) {
    if (answer.status != 206) return failed(answer, meaning_of(answer));
    const auto range = read_content_range(header(answer, "Content-Range"));
    if (!range) return other_bytes(answer);
    const auto last = wanted.offset + wanted.length - 1;
    const bool begins = range->first == wanted.offset;
    const bool ends = range->last == (known == nullptr ? std::min(last, range->size - 1) : last);
    if (!begins || !ends || answer.body.size() != range->last - range->first + 1) {
        return other_bytes(answer);
    }
    BlobShape shape{range->size, etag_of(answer)};
    if (known != nullptr && (shape.size != known->size || shape.etag != known->etag)) {
        constexpr unsigned changed = 412;
        const auto* const meaning =
            std::find_if(meanings.begin(), meanings.end(), [](const auto& one) {
                return one.status == changed;
            });
        return failed(answer, *meaning);
    }
    return RangeAnswer{std::move(shape), std::move(answer.body)};
}

} // namespace rdpsweep::disk
