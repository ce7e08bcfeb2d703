// An authenticated WS-Management connection to one host, then one POST at a time. Over HTTPS: TCP,
// TLS, trust, login. Over HTTP: TCP and login; every message is encrypted, none is ever sent or
// believed in clear.
#pragma once

#include "core/secret.hpp"
#include "core/target.hpp"
#include "transports/net/http.hpp"
#include "transports/net/tls_profile.hpp"
#include "transports/services.hpp"
#include "transports/winrm/gss.hpp"
#include "transports/winrm/tls_contexts.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rdpsweep::winrm {

// What a shell needs of a connection. The tests put recorded traffic behind it.
class Poster {
public:
    virtual ~Poster() = default;

    // Sends one envelope and returns the HTTP answer (200, or 500 with a fault in it), within
    // limit.
    virtual Task<Result<net::HttpResponse>>
    post(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit) = 0;
};

// Shared by all hosts of a sweep.
struct WinRmServices {
    Services& base;
    TlsContexts& tls;
    GssEngine& gss;
};

// Tells whether the logon is by Kerberos or by NTLM.
Mechanism mechanism_for(const Target& target, const Credential& credential);

class Connection final : public Poster {
public:
    // target, credential, services and attempt must outlive it.
    Connection(
        const Target& target,
        const Credential& credential,
        WinRmServices& services,
        Attempt& attempt
    );

    // Connects by TCP and, where the scheme is https, by TLS, and decides whether to believe the
    // host. Nothing of the credential is sent.
    Task<Status> connect(HostDeadline& deadline);

    // Authenticates with the first call: the first leg of NTLM carries no body, so that an envelope
    // is never executed twice. Requires connect().
    Task<Result<net::HttpResponse>>
    post(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit) override;

    [[nodiscard]] bool usable() const noexcept;
    void close() noexcept;

private:
    struct Body {
        Body(net::SharedText text, std::string_view content_type)
            : bytes(std::move(text)), type(content_type) {}

        net::SharedText bytes;
        std::string_view type; // a constant
    };

    static constexpr std::string_view soap_type = "application/soap+xml;charset=UTF-8";

    [[nodiscard]] bool sealing() const noexcept {
        return target_.winrm.scheme == WinRmScheme::http;
    }

    [[nodiscard]] bool bound() const noexcept {
        return services_.base.channel_bindings && target_.winrm.channel_bindings && !sealing();
    }

    Task<bool> takes_legacy_tls(HostDeadline& deadline);
    Task<Status> secure(asio::ip::tcp::socket socket, HostDeadline& deadline);
    Task<Result<net::HttpResponse>>
    send(Body body, std::string authorization, HostDeadline& deadline, Clock::duration limit);
    Task<Result<net::HttpResponse>>
    deliver(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit);
    static Task<Result<net::HttpResponse>> failed(Error error); // when it is awaited
    Error refused(const net::HttpResponse& answer) const;
    Result<Body> pack(net::SharedText envelope);
    Result<std::string> open_sealed(const net::HttpResponse& answer);
    Task<Result<net::HttpResponse>> log_on_first(HostDeadline& deadline);
    Task<Result<net::HttpResponse>>
    post_sealed_first(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit);
    Task<Result<net::HttpResponse>>
    send_packed(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit);
    Task<Result<net::HttpResponse>>
    post_certificate(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit);
    Task<Result<net::HttpResponse>>
    post_basic(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit);
    Task<Result<net::HttpResponse>>
    negotiate(net::SharedText envelope, HostDeadline& deadline, Clock::duration limit);
    Task<Result<std::string>> first_token(HostDeadline& deadline);
    Task<Status>
    finish(GssContext& context, const net::HttpResponse& response, HostDeadline& deadline);
    void add_note(rdpsweep::Message note);
    Status note_trust(TrustBasis basis);
    void begin(Mechanism mechanism);

    const Target& target_;
    const Credential& credential_;
    WinRmServices& services_;
    Attempt& attempt_;
    std::unique_ptr<net::HttpConnection> connection_;
    net::PeerCertificate peer_;
    std::optional<GssContext> gss_;
    Mechanism mechanism_ = Mechanism::ntlm;
    bool proof_sent_ = false; // the host has something of ours that counts as a logon
    bool authenticated_ = false;
};

} // namespace rdpsweep::winrm
