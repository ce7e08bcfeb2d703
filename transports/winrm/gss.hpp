// Negotiate tokens from the system's GSSAPI: NTLM by gss-ntlmssp, Kerberos by krb5. Every call may
// block (KDC, DNS), so all of them run on a small pool of their own; sealing is plain computing and
// runs where it is called.
#pragma once

#include "core/offload.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace rdpsweep::winrm {

enum class Mechanism { ntlm, kerberos };

struct GssRequest {
    Mechanism mechanism = Mechanism::ntlm;
    std::string host;            // the service's host name
    std::string spn_service;     // "HTTP": the principal is service@host
    std::string channel_binding; // application data, RFC 5929; empty: none
    bool seal = false;           // ask for encryption and integrity of messages
};

// A message as the mechanism encrypted it, in the two pieces that travel apart.
struct SealedMessage {
    std::string header; // NTLM: the 16-byte signature; Kerberos: the token of RFC 4121
    std::string data;   // the cipher text, with what padding the mechanism needs
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
    // Error{authenticate, ...} with the GSSAPI's own words; local faults (no ticket, no KDC) say
    // so.
    Task<Result<std::string>> step(std::string token, HostDeadline& deadline);

    // Returns true once both sides are satisfied.
    [[nodiscard]] bool complete() const noexcept;

    // Encrypts one message, in the order of sending. Requires complete() and GssRequest::seal.
    // Error{authenticate, unsupported} when the peer agreed to no encryption.
    Result<SealedMessage> seal(std::string_view plain);

    // Returns the plain text of the peer's next message. Error{authenticate, protocol_violation}
    // when it was changed, replayed, out of order or not encrypted.
    Result<std::string> unseal(std::string_view header, std::string_view data);

    struct State;

private:
    std::shared_ptr<State> state_;
};

} // namespace rdpsweep::winrm
