// Turns the JSON of a refusal into an Error: its code, the first sentence, and advice where we have
// some.
#include "transports/azure/arm_error.hpp"

#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rdpsweep::azure {

namespace {

constexpr std::chrono::seconds longest_pause{600};

// Says nothing that its details do not say better.
bool is_generic(std::string_view code) {
    return code.empty() || code == "OperationNotAllowed" || code == "MultipleErrorsOccurred" ||
           code == "BadRequest";
}

ArmFailure from_object(const nlohmann::json& error) {
    ArmFailure failure{text(error, "code"), text(error, "message")};
    if (failure.code.empty() && failure.message.empty()) {
        failure = {text(error, "Code"), text(error, "Message")};
    }
    const auto& details = field(error, "details");
    if (!is_generic(failure.code) || !details.is_array()) return failure;
    for (const auto& detail : details) {
        auto code = text(detail, "code");
        if (code.empty() || code == failure.code) continue;
        failure.code = std::move(code);
        if (auto message = text(detail, "message"); !message.empty()) {
            failure.message = std::move(message);
        }
        break;
    }
    return failure;
}

std::optional<int> digits(std::string_view text) {
    int value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < 0) return {};
    return value;
}

Errc code_of(unsigned status) {
    switch (status) {
    case 401:
    case 403:
        return Errc::access_denied;
    case 404:
        return Errc::name_not_found;
    case 409:
        return Errc::blocked_by_policy;
    case 429:
        return Errc::throttled;
    default:
        return status >= 500 ? Errc::throttled : Errc::protocol_violation;
    }
}

std::string hint_for(unsigned status, std::string_view code) {
    if (code == "AuthorizationFailed" || code == "LinkedAuthorizationFailed") {
        return "give our identity the role in docs/azure-roles/; after a new assignment wait a few "
               "minutes";
    }
    if (code == "InvalidAuthenticationTokenTenant") {
        return "log in to the subscription's tenant: AZURE_TENANT_ID";
    }
    if (status == 401) return "rdpsweep doctor shows whose token it is";
    if (code == "SubscriptionNotFound") return "az account list shows what this identity sees";
    if (code == "MissingSubscriptionRegistration") {
        return "az provider register -n Microsoft.ResourceGraph";
    }
    return {};
}

bool is_logon_code(std::string_view code) {
    constexpr std::array<std::string_view, 5> known{
        "AuthenticationFailed",
        "AuthenticationFailedMissingToken",
        "ExpiredAuthenticationToken",
        "InvalidAuthenticationToken",
        "InvalidAuthenticationTokenTenant"};
    return std::find(known.begin(), known.end(), code) != known.end();
}

} // namespace

std::string_view first_line(std::string_view words) {
    return words.substr(0, words.find_first_of("\r\n"));
}

ArmFailure read_failure(std::string_view body) {
    const auto answer = parse_json(body, Phase::inventory);
    if (!answer) return {};
    for (const auto* wrapper : {"error", "Error", "odata.error"}) {
        const auto found = answer->is_object() ? answer->find(wrapper) : answer->end();
        if (found == answer->end()) continue;
        if (found->is_string()) { // of Entra ID
            return {found->get<std::string>(), text(*answer, "error_description")};
        }
        auto failure = from_object(*found);
        if (failure.message.empty()) failure.message = text(*found, "message/value");
        return failure;
    }
    return from_object(*answer);
}

Error arm_error(const RestAnswer& answer) {
    const auto failure = read_failure(answer.body);
    auto native = "HTTP " + std::to_string(answer.status);
    // Of a refused logon no words are kept, and a code only where it is one we know.
    const bool logon = answer.status == 401;
    if (!logon || is_logon_code(failure.code)) {
        if (!failure.code.empty()) native += " " + foreign_text(failure.code, 80);
    }
    const auto id = answer.header("x-ms-request-id");
    if (!id.empty() && !logon) native += ", request " + foreign_text(id, 80);
    const auto said = first_line(failure.message);
    auto detail = answer.status >= 500   ? std::string("Azure is in trouble")
                  : answer.status == 429 ? std::string("Azure's quota is used up")
                                         : std::string("Azure said no");
    if (!said.empty() && !logon) detail += ": " + foreign_text(said, 300);
    return Error(Phase::inventory, code_of(answer.status), std::move(detail))
        .with_native(std::move(native))
        .with_hint(hint_for(answer.status, failure.code));
}

std::optional<std::chrono::seconds> asked_pause(const RestAnswer& answer) {
    const auto bounded = [](long seconds) {
        return std::min(longest_pause, std::chrono::seconds(seconds));
    };
    if (const auto seconds = digits(answer.header("retry-after"))) return bounded(*seconds);
    const auto parts = split(answer.header("x-ms-user-quota-resets-after"), ':');
    if (parts.size() != 3) return {};
    long total = 0;
    for (const auto& part : parts) {
        const auto value = digits(part);
        if (!value || *value > 59) return {};
        total = total * 60 + *value;
    }
    return bounded(total);
}

} // namespace rdpsweep::azure
