// Negotiate tokens from the system's GSSAPI: NTLM by gss-ntlmssp, Kerberos by krb5. Every call may
// block (KDC, DNS), so all of them run on a small pool of their own.
#pragma once

#include "core/offload.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <memory>
#include <string>

namespace rdpsweep::winrm {

enum class Mechanism { ntlm, kerberos };

struct GssRequest {
    Mechanism mechanism = Mechanism::ntlm;
    std::string host;            // the service's host name
    std::string spn_service;     // "HTTP": the principal is service@host
    std::string channel_binding; // application data, RFC 5929; empty: none
};

// Owns the pool and the Kerberos credentials, which are acquired once per Credential and shared by
// all hosts (one ticket-granting ticket, not one per host).
class GssEngine {
public:
    GssEngine();
    ~GssEngine();
    GssEngine(const GssEngine&) = delete;
    GssEngine& operator=(const GssEngine&) = delete;

    struct State;

private:
    friend class GssContext;
    std::unique_ptr<State> state_;
};

// One initiator context: one authentication of one connection.
class GssContext {
public:
    // Nothing happens before the first step. The credential must outlive the engine.
    GssContext(GssEngine& engine, const Credential& credential, GssRequest request);
    ~GssContext();
    GssContext(GssContext&&) noexcept;

    // Feeds the acceptor's token (empty for the first leg) and returns ours (may be empty).
    // Error{authenticate, ...} with the GSSAPI's own words; local faults (no ticket, no KDC) say so.
    Task<Result<std::string>> step(std::string token, HostScope& scope);

    // True once both sides are satisfied.
    [[nodiscard]] bool complete() const noexcept;

    struct State;

private:
    std::shared_ptr<State> state_;
};

} // namespace rdpsweep::winrm
