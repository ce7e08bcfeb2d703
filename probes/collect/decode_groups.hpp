// One reader for each group of facts/1. Private to decode.cpp.
#pragma once

#include "core/facts.hpp"
#include "probes/collect/json_reader.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace rdpsweep::facts_json {

// Caps on what one VM may report; far above what a collector sends (it has caps of its own).
inline constexpr std::size_t max_services = 256;
inline constexpr std::size_t max_sockets = 512;
inline constexpr std::size_t max_firewall_rules = 1024;
inline constexpr std::size_t max_names = 1024; // suites, winstations, value names, ...
inline constexpr std::size_t max_certificates = 64;
inline constexpr std::size_t max_files = 4096;
inline constexpr std::size_t max_events = 500;
inline constexpr std::size_t max_event_fields = 64;
inline constexpr std::size_t max_handshakes = 32;
inline constexpr std::size_t max_unread = 8192;
inline constexpr std::size_t max_hives = 16;
inline constexpr std::size_t max_windows = 16;
inline constexpr std::size_t max_sddl_text = std::size_t{64} * 1024;
inline constexpr std::size_t max_blob_text =
    std::size_t{384} * 1024; // Base64 of max_cert_blob_bytes

CollectorFacts read_collector(const JsonReader& group);
OsFacts read_os(const JsonReader& group);
ServiceFacts read_services(const JsonReader& group);
PortFacts read_listener(const JsonReader& group);
SecurityFacts read_security(const JsonReader& group);
SchannelFacts read_schannel(const JsonReader& group);
MachineKeysFacts read_keys(const JsonReader& group);
PolicyFacts read_policy(const JsonReader& group);
PendingFacts read_pending(const JsonReader& group);
SessionFacts read_sessions(const JsonReader& group);
DiskFacts read_disk(const JsonReader& group);
std::vector<HandshakeFacts> read_handshakes(const JsonReader& group);

// Reads the certificates; machine_guid completes the names of key files; may be empty.
CertificateFacts read_certificates(const JsonReader& group, std::string_view machine_guid);

// Returns the pointer with the name of a known protocol under /tls/proto as we write it ("TLS
// 1.2"), whatever its case on the VM; any other pointer as it is.
std::string canonical_pointer(std::string pointer);

// Reads a group that is spread over several top-level keys.
EventFacts read_events(const JsonReader& document);
ConsoleFacts read_console(const JsonReader& document);

} // namespace rdpsweep::facts_json
