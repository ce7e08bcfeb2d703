// The WS-Management faults a Windows server answers with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simfleet {

// Whose plug-in of WinRM reports a fault: f:ProviderFault stands around what it says.
enum class FaultProvider : std::uint8_t { none, shell, wmi, config };

struct SoapFault {
    // Decimal, as in f:WSManFault/@Code (wsmerror.h, or a Win32 error).
    std::uint32_t code = 0;
    std::string relates_to; // MessageID of the request; empty when it could not be read
    std::string message;    // empty: the usual text for the code
    std::optional<FaultProvider> provider = {}; // nothing: the usual one of the code
    // Of __ExtendedStatus, which WMI adds: what it was asked, "ExecQuery", and about what.
    std::string operation = {}, parameter = {};
};

namespace fault {

inline constexpr std::uint32_t access_denied = 5;
inline constexpr std::uint32_t not_supported = 50;
inline constexpr std::uint32_t invalid_parameter = 87;
inline constexpr std::uint32_t busy = 170;
inline constexpr std::uint32_t operation_aborted = 995;
inline constexpr std::uint32_t name_too_long = 2147942606;
inline constexpr std::uint32_t invalid_action = 2150858753;
inline constexpr std::uint32_t invalid_header = 2150858767;
inline constexpr std::uint32_t must_understand = 2150858768;
inline constexpr std::uint32_t header_required = 2150858769;
inline constexpr std::uint32_t cannot_process_filter = 2150858778;
inline constexpr std::uint32_t timed_out = 2150858793;
inline constexpr std::uint32_t invalid_options = 2150858809;
inline constexpr std::uint32_t invalid_resource = 2150858811;
inline constexpr std::uint32_t schema = 2150858817;
inline constexpr std::uint32_t insufficient_selectors = 2150858842;
inline constexpr std::uint32_t unexpected_selectors = 2150858843;
inline constexpr std::uint32_t addressing_mode = 2150858870;
inline constexpr std::uint32_t min_envelope = 2150858878;
inline constexpr std::uint32_t locale_must_understand = 2150858887;
inline constexpr std::uint32_t wql_resource_uri = 2150859003;
inline constexpr std::uint32_t wmi_access_denied = 2150859012;
inline constexpr std::uint32_t quota_shells = 2150859173;
inline constexpr std::uint32_t shells_forbidden = 2150859180;

} // namespace fault

// The whole envelope. machine: as in f:WSManFault/@Machine.
std::string render_fault(const SoapFault& fault, std::string_view machine);

} // namespace simfleet
