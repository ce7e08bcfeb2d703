// From a user's text to one value, or what is wrong with it.
#pragma once

#include "core/target.hpp"
#include "scanner/talk/problems.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

using Complaint = std::optional<Mistake>;

// What to do about an account such as CORP\svc whose backslash was read as the begin of an escape.
inline constexpr std::string_view backslash_hint =
    "in double quotes \\ begins an escape: write 'CORP\\svc' in single quotes, or \"CORP\\\\svc\"";

// What to do about a SAS that is written where everybody can read it.
inline constexpr std::string_view sas_hint =
    "disk: { sas: { env: VARIABLE } }, disk: { sas: { file: PATH } } or "
    "disk: { sas: { systemd: NAME } }";

// Tells whether it is a URL, which may hold a signature: it is not to be shown.
bool is_url(std::string_view text) noexcept;

// Says that a SAS does not belong into an inventory or on a command line.
Mistake literal_sas();

// Reads true, false, yes, no, on, off.
std::optional<bool> parse_boolean(std::string_view text);

// Each sets value, or says what is wrong with the text and leaves value alone. called: the field's
// name, where several fields have such values.
namespace field_values {

Complaint name(std::string_view called, std::string_view text, std::string& value);
Complaint address(std::string_view called, std::string_view text, std::string& value);
Complaint vm(std::string_view called, std::string_view text, std::string& value);
Complaint credential(std::string_view called, std::string_view text, std::string& value);
Complaint port(std::string_view called, std::string_view text, std::uint16_t& value);
Complaint boolean(std::string_view called, std::string_view text, bool& value);
Complaint scheme(std::string_view called, std::string_view text, WinRmScheme& value);
Complaint http_fallback(std::string_view called, std::string_view text, HttpFallback& value);
Complaint auth(std::string_view called, std::string_view text, WinRmAuth& value);
Complaint spn_service(std::string_view called, std::string_view text, std::string& value);
Complaint certificate_pin(std::string_view called, std::string_view text, std::string& value);
Complaint host_key_pin(std::string_view called, std::string_view text, std::string& value);
Complaint thumbprint(std::string_view called, std::string_view text, std::string& value);
Complaint ssh_user(std::string_view called, std::string_view text, std::string& value);
Complaint jump_host(std::string_view called, std::string_view text, std::string& value);
Complaint disk_snapshot(std::string_view called, std::string_view text, std::string& value);
Complaint disk_file(std::string_view called, std::string_view text, std::string& value);
// Hides the variable from every program that is started from now on.
Complaint sas_variable(std::string_view called, std::string_view text, std::string& value);
Complaint sas_systemd(std::string_view called, std::string_view text, std::string& value);
Complaint sas_file(std::string_view called, std::string_view text, std::string& value);
Complaint deadline(
    std::string_view called, std::string_view text, std::optional<std::chrono::milliseconds>& value
);

} // namespace field_values

} // namespace rdpsweep
