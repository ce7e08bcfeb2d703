// Holds the table of fault codes, and reads faults from both of the places where hosts put them.
#include "transports/winrm/fault.hpp"

#include "core/foreign_text.hpp"
#include "transports/winrm/namespaces.hpp"
#include "transports/winrm/xml.hpp"

#include <array>
#include <charconv>

namespace rdpsweep::winrm {

namespace {

struct Meaning {
    std::uint32_t code;
    Errc errc;
    std::string_view what;
    std::string_view hint;
};

constexpr std::string_view rights_hint =
    "the account signed in but may not do this: it needs membership in Administrators; for a local "
    "account other than the built-in one see LocalAccountTokenFilterPolicy";
constexpr std::string_view wmi_hint =
    "grant the account Enable Account and Remote Enable on the WMI namespace";
constexpr std::string_view quota_hint =
    "other tools of the same account hold shells on this host; try again later or raise its "
    "WinRM quotas";
constexpr std::string_view sick_hint = "restart the WinRM service on the host";
constexpr std::string_view policy_hint = "a policy on the host forbids it; use another transport";
constexpr std::string_view bug_hint = "this is a fault of rdpsweep: please report it";

// Numbers: wsmerror.h and winerror.h of the Windows SDK.
constexpr std::array meanings{
    Meaning{5, Errc::access_denied, "access is denied", rights_hint},
    Meaning{50, Errc::unsupported, "the request is not supported", bug_hint},
    Meaning{87, Errc::protocol_violation, "invalid parameter", bug_hint},
    Meaning{code::busy, Errc::throttled, "the host is busy", quota_hint},
    Meaning{995, Errc::peer_closed, "the operation was aborted on the host", sick_hint},
    Meaning{2147942402, Errc::unsupported, "the program was not found", "is PowerShell installed?"},
    Meaning{2147942405, Errc::access_denied, "access is denied", rights_hint},
    Meaning{
        code::line_too_long, Errc::unsupported, "the command or a variable is too long", bug_hint},
    Meaning{
        code::key_deleted, Errc::throttled, "the account's profile was just unloaded", "try again"},
    Meaning{2150858752, Errc::unsupported, "the resource does not exist", ""},
    Meaning{2150858767, Errc::protocol_violation, "invalid message header", bug_hint},
    Meaning{2150858768, Errc::protocol_violation, "a header was not understood", bug_hint},
    Meaning{2150858769, Errc::protocol_violation, "a required header is missing", bug_hint},
    Meaning{2150858778, Errc::unsupported, "the filter cannot be processed", ""},
    Meaning{code::operation_timed_out, Errc::timed_out, "no output yet", ""},
    Meaning{2150858806, Errc::access_denied, "authentication failed", "check user and password"},
    Meaning{2150858811, Errc::unsupported, "the resource URI is not known", "is WinRM too old?"},
    Meaning{2150858815, Errc::throttled, "a quota is exceeded", quota_hint},
    Meaning{
        2150858817, Errc::protocol_violation, "the request does not match its schema", bug_hint},
    Meaning{2150858823, Errc::output_limit, "the envelope is too large", bug_hint},
    Meaning{2150858824, Errc::output_limit, "the envelope is too large", bug_hint},
    Meaning{2150858825, Errc::output_limit, "the envelope is too large", bug_hint},
    Meaning{2150858842, Errc::protocol_violation, "selectors are missing", bug_hint},
    Meaning{code::unexpected_selectors, Errc::peer_closed, "the shell is gone", sick_hint},
    Meaning{2150858844, Errc::protocol_violation, "a selector has the wrong type", bug_hint},
    Meaning{2150858845, Errc::protocol_violation, "a selector has an invalid value", bug_hint},
    Meaning{2150858878, Errc::output_limit, "the answer does not fit an envelope", bug_hint},
    Meaning{2150858883, Errc::unsupported, "the shell plug-in failed", sick_hint},
    Meaning{2150858906, Errc::unsupported, "the provider cannot be loaded", sick_hint},
    Meaning{2150859002, Errc::protocol_violation, "wrong use of a WMI resource URI", bug_hint},
    Meaning{2150859003, Errc::protocol_violation, "wrong use of a WMI resource URI", bug_hint},
    Meaning{2150859012, Errc::access_denied, "WMI denies access", wmi_hint},
    Meaning{2150859013, Errc::access_denied, "the WMI provider denies access", wmi_hint},
    Meaning{2150859014, Errc::access_denied, "WMI denies the connection", wmi_hint},
    Meaning{2150859173, Errc::throttled, "the account has too many shells open", quota_hint},
    Meaning{
        code::quota_max_operations,
        Errc::throttled,
        "the account has too many operations",
        quota_hint},
    Meaning{2150859175, Errc::throttled, "the account's quota is exceeded", quota_hint},
    Meaning{2150859176, Errc::throttled, "the host's quota is exceeded", quota_hint},
    Meaning{2150859179, Errc::throttled, "too many users have shells open", quota_hint},
    Meaning{2150859180, Errc::blocked_by_policy, "remote shells are not allowed", policy_hint},
    Meaning{2150859212, Errc::peer_closed, "the command was terminated", sick_hint},
    Meaning{2150859229, Errc::blocked_by_policy, "remote access is disabled", policy_hint},
    Meaning{2150859235, Errc::blocked_by_policy, "remote connections are not allowed", policy_hint},
    Meaning{2150859236, Errc::throttled, "the plug-in has too many shells", quota_hint},
    Meaning{2150859237, Errc::throttled, "the plug-in has too many users", quota_hint},
    Meaning{2150859238, Errc::throttled, "the plug-in has too many shells", quota_hint},
    Meaning{2150859239, Errc::throttled, "the plug-in has too many operations", quota_hint},
    Meaning{2150859240, Errc::throttled, "the account has too many operations", quota_hint},
    Meaning{2150859241, Errc::throttled, "the shell has too many commands", quota_hint},
    Meaning{2150859242, Errc::throttled, "the plug-in's quota is too small", quota_hint},
};

const Meaning* meaning_of(std::uint32_t code) noexcept {
    for (const auto& row : meanings) {
        if (row.code == code) return &row;
    }
    return nullptr;
}

std::uint32_t number(std::string_view text) noexcept {
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// f:Message holds text, or f:ProviderFault with text or another f:WSManFault in it. Walks down at
// most a few levels: a hostile answer may nest for ever.
void read_wsman_fault(const pugi::xml_node& element, Fault& fault, int depth) {
    if (fault.code == 0) fault.code = number(element.attribute("Code").value());
    const auto message = child(element, ns::fault, "Message");
    const auto provider = child(message, ns::fault, "ProviderFault");
    for (const auto& holder : {message, provider}) {
        auto text = text_of(holder);
        if (!text.empty()) fault.message = std::move(text);
    }
    const auto nested = child(provider, ns::fault, "WSManFault");
    if (nested && depth > 0) read_wsman_fault(nested, fault, depth - 1);
}

// MSFT_WmiError lives in one namespace per WMI namespace: the local name decides.
void read_wmi_error(const pugi::xml_node& element, Fault& fault) {
    for (const auto& property : element.children()) {
        const auto name = local_name(property);
        if (name == "error_Code" && fault.code == 0) fault.code = number(text_of(property));
        if (name == "Message") fault.message = text_of(property);
    }
}

} // namespace

Fault read_fault(const pugi::xml_node& element) {
    Fault fault;
    const auto code_element = child(element, ns::soap, "Code");
    const auto subcode = child(child(code_element, ns::soap, "Subcode"), ns::soap, "Value");
    auto qualified = text_of(subcode);
    const auto colon = qualified.find(':');
    fault.subcode = colon == std::string::npos ? qualified : qualified.substr(colon + 1);
    fault.reason = text_of(child(child(element, ns::soap, "Reason"), ns::soap, "Text"));
    constexpr int deepest_provider = 8;
    for (const auto& detail : child(element, ns::soap, "Detail").children()) {
        if (is_element(detail, ns::fault, "WSManFault")) {
            read_wsman_fault(detail, fault, deepest_provider);
        } else if (local_name(detail) == "MSFT_WmiError") {
            read_wmi_error(detail, fault);
        }
    }
    if (fault.code == 0 && fault.subcode == "TimedOut") fault.code = code::operation_timed_out;
    if (fault.code == 0 && fault.subcode == "AccessDenied") fault.code = 5;
    return fault;
}

Error error_of(const Fault& fault, Phase phase) {
    const auto& said = fault.message.empty() ? fault.reason : fault.message;
    const auto* meaning = meaning_of(fault.code);
    std::string what =
        meaning != nullptr ? std::string(meaning->what) : "the host answers with a fault";
    // Of a refusal the code alone is kept: the host has seen who we are, and perhaps the password.
    const bool refused = meaning != nullptr && meaning->errc == Errc::access_denied;
    if (!said.empty() && !refused) what += ": " + foreign_text(said, 300);
    auto native = "WSManFault " + std::to_string(fault.code);
    if (!fault.subcode.empty() && !refused) native += " " + foreign_text(fault.subcode, 60);
    return Error(
               phase, meaning != nullptr ? meaning->errc : Errc::protocol_violation, std::move(what)
    )
        .with_native(std::move(native))
        .with_hint(meaning != nullptr ? std::string(meaning->hint) : "");
}

bool is_quota(std::uint32_t number) noexcept {
    const auto* meaning = meaning_of(number);
    return meaning != nullptr && meaning->errc == Errc::throttled && number != code::busy;
}

} // namespace rdpsweep::winrm
