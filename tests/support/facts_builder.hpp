// Builds the facts of a healthy Windows Server 2019 VM; a test then breaks one thing.
#pragma once

#include "core/facts.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep::test {

inline constexpr std::int64_t fixed_now = 1'795'000'000; // 2026-11-18T11:06:40Z
inline constexpr std::int64_t a_day = 86'400;

inline constexpr std::string_view own_thumbprint = "59eff2e3a1b2c3d4e5f60718293a4b5c6d7e8f90";
inline constexpr std::string_view other_thumbprint = "3f2a00112233445566778899aabbccddeeff0011";
inline constexpr std::string_view rdp_key_name =
    "f686aace6942fb7f7ceb231212eef4a4_0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f";
inline constexpr std::string_view key_sddl =
    "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)"
    "(A;;FA;;;S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833)";
inline constexpr std::string_view folder_sddl = "O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)";

// Every rule says ok or not_applicable of it.
Facts healthy_facts();

// The same with another build and what goes with it: the key file's third entry, TLS versions.
Facts healthy_facts(std::uint32_t build);

Service& service(Facts& facts, std::string_view name);
StoredCertificate& own_certificate(Facts& facts);
KeyFile& rdp_key(Facts& facts);
HandshakeFacts& guest(Facts& facts);

// The guest's handshake ends at stage with failure; nothing was served.
void fail_handshake(Facts& facts, std::string stage, std::string failure);
void forget_handshake(Facts& facts);

// Values under SCHANNEL\Protocols\<name>\Server, as REG_DWORD.
void set_protocol(Facts& facts, std::string name, Dword enabled, Dword disabled_by_default);

// An event seconds before the collector looked.
Event& add_event(Facts& facts, std::string provider, std::uint32_t id, std::int64_t ago);

// Pins a CA certificate that lies in LocalMachine\My with a readable key, and serves it.
StoredCertificate& pin_ca_certificate(Facts& facts);

void mark_unread(Facts& facts, std::string pointer, std::string why = "denied");

} // namespace rdpsweep::test
