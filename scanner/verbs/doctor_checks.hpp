// What `doctor` looks at, one function a subject; none of them touches a host or shows a secret.
#pragma once

#include "scanner/options/verb_options.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

struct Diagnosis {
    enum class Level : std::uint8_t { ok, warn, fail };
    Level level = Level::ok;
    std::string subject; // "file limit"
    std::string what;    // what was found
    std::string next;    // what to do; empty when ok
};

using Diagnoses = std::vector<Diagnosis>;

// Checks open files, monotonic and wall clock, core dumps.
void check_machine(Diagnoses& out);

// Checks that localhost resolves and a name server is configured.
void check_dns(Diagnoses& out);

// Checks the GSSAPI mechanisms that logins need, krb5.conf and tickets.
void check_gssapi(Diagnoses& out);

// Checks OpenSSL's version and the CAs it will trust: ca_file, or the system's when empty.
void check_tls(const std::string& ca_file, Diagnoses& out);

// Checks the state folder: there or creatable, private, with room; the trust store in it parses.
void check_state(const std::string& state_dir, Diagnoses& out);

// Checks the journal of snapshots, and tells what killed runs may have left in Azure.
void check_snapshots(const std::string& state_dir, Diagnoses& out);

// Checks that rdpsweep-disk is there, and that its sandbox holds on this machine.
void check_disk_reader(Diagnoses& out);

// Checks that the inventory reads and every credential in it can be fetched (prompts are left
// alone).
void check_inventory(const ScopeOptions& scope, Diagnoses& out);

} // namespace rdpsweep
