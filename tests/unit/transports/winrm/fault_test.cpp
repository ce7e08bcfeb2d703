// Every fault code that means something to us: how the sweep takes it, what the user reads of it,
// and whether it is worth patience.
#include "core/secret.hpp"
#include "tests/support/catch.hpp"
#include "transports/winrm/fault.hpp"

#include <algorithm>

using namespace rdpsweep;
using namespace rdpsweep::winrm;

namespace {

const std::string rights =
    "the account signed in but may not do this: it needs membership in Administrators; for a local "
    "account other than the built-in one see LocalAccountTokenFilterPolicy";
const std::string wmi = "grant the account Enable Account and Remote Enable on the WMI namespace";
const std::string quota =
    "other tools of the same account hold shells on this host; try again later or raise its "
    "WinRM quotas";
const std::string sick = "restart the WinRM service on the host";
const std::string policy = "a policy on the host forbids it; use another transport";
const std::string bug = "this is a fault of rdpsweep: please report it";

struct Row {
    std::uint32_t code;
    Errc errc;
    std::string what;
    std::string hint;
};

// Numbers as in wsmerror.h and winerror.h of the Windows SDK.
const std::vector<Row> rows{
    {5u, Errc::access_denied, "access is denied", rights},
    {50u, Errc::unsupported, "the request is not supported", bug},
    {87u, Errc::protocol_violation, "invalid parameter", bug},
    {170u, Errc::throttled, "the host is busy", quota},
    {995u, Errc::peer_closed, "the operation was aborted on the host", sick},
    {2147942402u, Errc::unsupported, "the program was not found", "is PowerShell installed?"},
    {2147942405u, Errc::access_denied, "access is denied", rights},
    {2147942606u, Errc::unsupported, "the command or a variable is too long", bug},
    {2147943418u, Errc::throttled, "the account's profile was just unloaded", "try again"},
    {2150858752u, Errc::unsupported, "the resource does not exist", ""},
    {2150858767u, Errc::protocol_violation, "invalid message header", bug},
    {2150858768u, Errc::protocol_violation, "a header was not understood", bug},
    {2150858769u, Errc::protocol_violation, "a required header is missing", bug},
    {2150858778u, Errc::unsupported, "the filter cannot be processed", ""},
    {2150858793u, Errc::timed_out, "no output yet", ""},
    {2150858806u, Errc::access_denied, "authentication failed", "check user and password"},
    {2150858811u, Errc::unsupported, "the resource URI is not known", "is WinRM too old?"},
    {2150858815u, Errc::throttled, "a quota is exceeded", quota},
    {2150858817u, Errc::protocol_violation, "the request does not match its schema", bug},
    {2150858823u, Errc::output_limit, "the envelope is too large", bug},
    {2150858824u, Errc::output_limit, "the envelope is too large", bug},
    {2150858825u, Errc::output_limit, "the envelope is too large", bug},
    {2150858842u, Errc::protocol_violation, "selectors are missing", bug},
    {2150858843u, Errc::peer_closed, "the shell is gone", sick},
    {2150858844u, Errc::protocol_violation, "a selector has the wrong type", bug},
    {2150858845u, Errc::protocol_violation, "a selector has an invalid value", bug},
    {2150858878u, Errc::output_limit, "the answer does not fit an envelope", bug},
    {2150858883u, Errc::unsupported, "the shell plug-in failed", sick},
    {2150858906u, Errc::unsupported, "the provider cannot be loaded", sick},
    {2150859002u, Errc::protocol_violation, "wrong use of a WMI resource URI", bug},
    {2150859003u, Errc::protocol_violation, "wrong use of a WMI resource URI", bug},
    {2150859012u, Errc::access_denied, "WMI denies access", wmi},
    {2150859013u, Errc::access_denied, "the WMI provider denies access", wmi},
    {2150859014u, Errc::access_denied, "WMI denies the connection", wmi},
    {2150859173u, Errc::throttled, "the account has too many shells open", quota},
    {2150859174u, Errc::throttled, "the account has too many operations", quota},
    {2150859175u, Errc::throttled, "the account's quota is exceeded", quota},
    {2150859176u, Errc::throttled, "the host's quota is exceeded", quota},
    {2150859179u, Errc::throttled, "too many users have shells open", quota},
    {2150859180u, Errc::blocked_by_policy, "remote shells are not allowed", policy},
    {2150859212u, Errc::peer_closed, "the command was terminated", sick},
    {2150859229u, Errc::blocked_by_policy, "remote access is disabled", policy},
    {2150859235u, Errc::blocked_by_policy, "remote connections are not allowed", policy},
    {2150859236u, Errc::throttled, "the plug-in has too many shells", quota},
    {2150859237u, Errc::throttled, "the plug-in has too many users", quota},
    {2150859238u, Errc::throttled, "the plug-in has too many shells", quota},
    {2150859239u, Errc::throttled, "the plug-in has too many operations", quota},
    {2150859240u, Errc::throttled, "the account has too many operations", quota},
    {2150859241u, Errc::throttled, "the shell has too many commands", quota},
    {2150859242u, Errc::throttled, "the plug-in's quota is too small", quota},
};

Error error_of_code(std::uint32_t code, const std::string& subcode = "InternalError") {
    Fault fault;
    fault.code = code;
    fault.subcode = subcode;
    fault.reason = "the reason";
    fault.message = "the message";
    return error_of(fault, Phase::open);
}

} // namespace

TEST_CASE("fault: every code is typed, said and advised", "[winrm]") {
    CHECK(rows.size() == 50);
    for (const auto& row : rows) {
        INFO(row.code);
        const auto error = error_of_code(row.code);
        CHECK(error.phase() == Phase::open);
        CHECK(error.code() == row.errc);
        // Of a refusal no words are kept.
        const bool refused = row.errc == Errc::access_denied;
        CHECK(error.detail() == row.what + (refused ? "" : ": the message"));
        CHECK(error.hint() == row.hint);
        const std::string subcode = refused ? "" : " InternalError";
        CHECK(error.native() == "WSManFault " + std::to_string(row.code) + subcode);
        // Patience helps against a quota, and not against a host that is busy with itself.
        CHECK(is_quota(row.code) == (row.errc == Errc::throttled && row.code != code::busy));
    }
}

TEST_CASE("fault: the numbers next to those of the table mean nothing", "[winrm]") {
    std::vector<std::uint32_t> known;
    for (const auto& row : rows)
        known.push_back(row.code);
    std::vector<std::uint32_t> others{0, 0xFFFFFFFF};
    for (const auto number : known) {
        for (const auto beside : {number - 1, number + 1}) {
            if (std::find(known.begin(), known.end(), beside) == known.end())
                others.push_back(beside);
        }
    }
    for (const auto number : others) {
        INFO(number);
        const auto error = error_of_code(number);
        CHECK(error.code() == Errc::protocol_violation);
        CHECK(error.detail() == "the host answers with a fault: the message");
        CHECK(error.hint().empty());
        CHECK_FALSE(is_quota(number));
    }
}

TEST_CASE("fault: the codes that steer the client have their numbers", "[winrm]") {
    CHECK(code::busy == 170);
    CHECK(code::line_too_long == 0x800700CE);
    CHECK(code::key_deleted == 0x800703FA);
    CHECK(code::operation_timed_out == 0x80338029);
    CHECK(code::unexpected_selectors == 0x8033805B);
    CHECK(code::quota_max_operations == 0x803381A6);
}

TEST_CASE("fault: what is not said is left out", "[winrm]") {
    Fault fault;
    fault.code = 5;
    CHECK(error_of(fault, Phase::run).detail() == "access is denied");
    CHECK(error_of(fault, Phase::run).native() == "WSManFault 5");
    CHECK(error_of(fault, Phase::run).phase() == Phase::run);
    fault.code = 50;
    CHECK(error_of(fault, Phase::run).detail() == "the request is not supported");
    fault.reason = "the reason";
    CHECK(error_of(fault, Phase::run).detail() == "the request is not supported: the reason");
}

TEST_CASE("fault: a password in a host's words is redacted before they are cut", "[winrm]") {
    const Secret secret("hunter2-Passw0rd");
    Fault fault;
    fault.code = 995;
    fault.message = std::string(290, 'x') + " hunter2%2DPassw0rd";
    fault.subcode = "is-hunter2-Passw0rd";
    const auto error = error_of(fault, Phase::run);
    CHECK(error.detail().ends_with("xx [redacted..."));
    CHECK(error.native() == "WSManFault 995 is-[redacted]");
}
