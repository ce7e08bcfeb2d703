// Who is on the other end of one connection, as http.sys decides it: Basic on every request,
// Negotiate once for the connection.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/vm.hpp"
#include "tests/simfleet/winrm/gss_acceptor.hpp"
#include "tests/simfleet/world.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simfleet {

struct AuthVerdict {
    bool granted = false;
    std::string user; // when granted
    // WWW-Authenticate lines: of the 401, or the last Negotiate token on the answer.
    std::vector<std::string> challenges;
};

class Authenticator {
public:
    // binding: of the connection's TLS, empty without TLS.
    Authenticator(std::shared_ptr<World> world, const Vm& vm, std::string binding);
    ~Authenticator();

    // authorization: the request's Authorization header, null when it has none.
    rdpsweep::Task<AuthVerdict> judge(const std::string* authorization);

    // The keys of the connection's logon; null before Negotiate is over.
    [[nodiscard]] GssAcceptor* session() const noexcept { return session_.get(); }

    // "negotiate" or "kerberos": the scheme of the connection's logon, which names the encryption.
    [[nodiscard]] const std::string& scheme() const noexcept { return scheme_; }

private:
    AuthVerdict judge_basic(std::string_view encoded);
    rdpsweep::Task<AuthVerdict> judge_token(std::string scheme, std::string token);
    AuthVerdict finish(const std::string& scheme, const GssStep& step);
    AuthVerdict refuse(const std::string& mechanism, std::string_view why);
    AuthVerdict ask_again();
    void complain(std::string_view what);

    std::shared_ptr<World> world_;
    const Vm& vm_;
    std::string binding_;
    std::shared_ptr<GssAcceptor> handshake_; // shared with the worker thread
    std::shared_ptr<GssAcceptor> session_;   // the handshake that let the connection in
    std::string scheme_;
    std::string user_; // of the connection; empty before Negotiate is over
    bool basic_counted_ = false;
    unsigned bare_requests_ = 0; // 401s given to requests without Authorization
    unsigned refusals_ = 0;
};

} // namespace simfleet
