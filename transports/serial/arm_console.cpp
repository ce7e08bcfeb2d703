// Asks Resource Manager for the switches, the port and the gateway, and reads its answers.
#include "transports/serial/arm_console.hpp"

#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"
#include "transports/azure/rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rdpsweep::serial {

namespace {

// The version that every public client uses; connect is the same in the later ones.
constexpr auto console_version = "?api-version=2018-05-01";
constexpr auto compute_version = "api-version=2024-07-01";
constexpr auto port = "/providers/Microsoft.SerialConsole/serialPorts/0";

struct Word {
    std::string_view word; // in small letters
    ConsoleOutcome outcome;
};

// Parts of Azure's messages. They come in variants, so that only telling words are listed,
// and status and code decide where they can.
constexpr std::array words{
    Word{"boot diagnostics", ConsoleOutcome::bootdiag_disabled},
    Word{"not enabled for this subscription", ConsoleOutcome::console_disabled},
    Word{"to be running", ConsoleOutcome::vm_not_running},
    Word{"provisioning", ConsoleOutcome::booting},
};

std::string native_of(const azure::RestAnswer& answer) {
    const auto failure = azure::read_failure(answer.body);
    auto native = "HTTP " + std::to_string(answer.status);
    if (!failure.code.empty() && answer.status != 401)
        native += " " + foreign_text(failure.code, 80);
    return native;
}

std::string said(const azure::RestAnswer& answer) {
    const auto failure = azure::read_failure(answer.body);
    return foreign_text(azure::first_line(failure.message), 300);
}

bool below(std::string_view host, std::string_view suffix) {
    while (suffix.starts_with('.'))
        suffix.remove_prefix(1);
    const auto folded = ascii_lower(host);
    const auto wanted = ascii_lower(suffix);
    return !wanted.empty() && (folded == wanted || folded.ends_with("." + wanted));
}

// Returns when the VM was started: the time of its power status.
std::int64_t booted_at(const nlohmann::json& view) {
    const auto& statuses = azure::field(view, "statuses");
    if (!statuses.is_array()) return 0;
    for (const auto& status : statuses) {
        if (!azure::text(status, "code").starts_with("PowerState/")) continue;
        return from_iso8601(azure::text(status, "time")).value_or(0);
    }
    return 0;
}

} // namespace

Result<Gateway> read_gateway(std::string_view address, const std::vector<std::string>& suffixes) {
    constexpr std::string_view scheme = "wss://";
    const auto bad = [&address](const char* why) {
        return console_error(
            ConsoleOutcome::ws_blocked,
            std::string("Azure's answer names a gateway that ") + why + ": " +
                foreign_text(address.substr(0, address.find('?')), 120)
        );
    };
    if (!iequals(address.substr(0, scheme.size()), scheme)) return bad("is no wss address");
    auto rest = address.substr(scheme.size());
    const auto slash = rest.find_first_of("/?#\\");
    auto host = rest.substr(0, slash);
    if (host.find('@') != std::string_view::npos) return bad("hides its host");
    Gateway gateway;
    gateway.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
    if (!gateway.path.starts_with('/')) return bad("has no path");
    if (const auto colon = host.rfind(':'); colon != std::string_view::npos) {
        const auto digits = host.substr(colon + 1);
        const auto* const end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, gateway.port);
        if (error != std::errc() || stop != end || gateway.port == 0) return bad("has a bad port");
        host = host.substr(0, colon);
    }
    gateway.host = std::string(host);
    for (const auto& suffix : suffixes)
        if (below(host, suffix)) return gateway;
    return bad("is none of Azure's");
}

Error connect_refused(const azure::RestAnswer& answer, bool custom_storage) {
    const auto failure = azure::read_failure(answer.body);
    const auto message = ascii_lower(failure.message);
    auto outcome = answer.status >= 500 || answer.status == 408   ? ConsoleOutcome::service_timeout
                   : answer.status == 403 && custom_storage       ? ConsoleOutcome::storage_firewall
                   : answer.status == 401 || answer.status == 403 ? ConsoleOutcome::rbac_denied
                                                                  : ConsoleOutcome::storage_bad;
    if (failure.code.find("Authorization") != std::string::npos) {
        outcome = ConsoleOutcome::rbac_denied;
    } else if (message.find("storage account") != std::string::npos) {
        outcome =
            answer.status == 403 ? ConsoleOutcome::storage_firewall : ConsoleOutcome::storage_bad;
    } else {
        const auto telling = std::find_if(words.begin(), words.end(), [&message](const Word& word) {
            return message.find(word.word) != std::string::npos;
        });
        if (telling != words.end()) outcome = telling->outcome;
    }
    // Of a refused logon no words are kept.
    auto detail = std::string("Azure does not open the serial console");
    if (answer.status != 401) detail += ": " + said(answer);
    return console_error(outcome, std::move(detail), native_of(answer));
}

Task<Status> ArmConsole::check_switch(const std::string& subscription, HostDeadline& deadline) {
    const auto known = enabled_.find(subscription);
    if (known == enabled_.end()) {
        auto path = "/subscriptions/" + subscription +
                    "/providers/Microsoft.SerialConsole/consoleServices/default" + console_version;
        auto answer = co_await arm_.get_json(std::move(path), deadline);
        if (!answer) {
            // Where we may not ask, or nobody ever turned it, connect itself will tell.
            const auto code = answer.error().code();
            const bool unknown = code == Errc::access_denied || code == Errc::name_not_found;
            if (!unknown) co_return std::move(answer).error().in_phase(Phase::open);
            enabled_[subscription] = true;
        } else {
            enabled_[subscription] = !azure::flag(*answer, "properties/disabled");
        }
    }
    if (enabled_[subscription]) co_return Status();
    co_return console_error(ConsoleOutcome::console_disabled);
}

Task<Result<ConsoleState>> ArmConsole::inspect(const std::string& vm, HostDeadline& deadline) {
    auto subscription = ascii_lower(azure::part_of(vm, "subscriptions"));
    auto on = co_await check_switch(subscription, deadline);
    if (!on) co_return std::move(on).error();
    auto path = vm + "?$expand=instanceView&" + compute_version;
    auto machine = co_await arm_.get_json(std::move(path), deadline);
    if (!machine) co_return std::move(machine).error().in_phase(Phase::open);
    const auto& view = azure::field(*machine, "properties/instanceView");
    ConsoleState state;
    state.power = azure::power_of(azure::field(view, "statuses"));
    state.booted = booted_at(view);
    const auto& diagnostics =
        azure::field(*machine, "properties/diagnosticsProfile/bootDiagnostics");
    state.custom_storage = !azure::text(diagnostics, "storageUri").empty();
    if (!state.power.empty() && !iequals(state.power, "running")) {
        co_return console_error(
            ConsoleOutcome::vm_not_running,
            "Azure says that the VM is " + foreign_text(state.power, 40)
        );
    }
    if (!azure::flag(diagnostics, "enabled")) {
        co_return console_error(ConsoleOutcome::bootdiag_disabled);
    }
    co_return state;
}

Task<Result<bool>> ArmConsole::in_use(const std::string& vm, HostDeadline& deadline) {
    auto path = vm + port + console_version;
    auto answer = co_await arm_.get_json(std::move(path), deadline);
    if (answer) co_return iequals(azure::text(*answer, "properties/connectionState"), "active");
    const auto code = answer.error().code();
    // The operation is missing from the provider's list, so that many a role lacks it.
    if (code == Errc::access_denied || code == Errc::name_not_found) co_return false;
    co_return std::move(answer).error().in_phase(Phase::open);
}

Task<Result<Gateway>>
ArmConsole::connect(const std::string& vm, bool custom_storage, HostDeadline& deadline) {
    auto path = vm + port + "/connect" + console_version;
    std::string nothing;
    auto answer = co_await arm_.post(std::move(path), std::move(nothing), deadline);
    if (!answer) co_return std::move(answer).error().in_phase(Phase::open);
    if (answer->status == 429) co_return azure::arm_error(*answer).in_phase(Phase::open);
    if (answer->status != 200) co_return connect_refused(*answer, custom_storage);
    auto body = parse_json(answer->body, Phase::open);
    if (!body) co_return std::move(body).error();
    co_return read_gateway(azure::text(*body, "connectionString"), arm_.cloud().console_gateways);
}

} // namespace rdpsweep::serial
