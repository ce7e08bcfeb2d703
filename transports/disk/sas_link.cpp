// One connection a disk, kept alive: each range is one round trip.
#include "transports/disk/sas_link.hpp"

#include "core/foreign_text.hpp"
#include "transports/azure/dial_by_proxy.hpp"
#include "transports/net/http_plain.hpp"
#include "transports/net/https.hpp"

#include <algorithm>

namespace rdpsweep::disk {

namespace {

constexpr std::size_t refusal_bytes = 16u << 10; // of an answer that is no range: some XML

// What a person does about it is not what one does about a VM.
Error about_storage(Error error) {
    const auto hint = [&error]() -> const char* {
        if (error.code() == Errc::cancelled || error.code() == Errc::local_limit) return "";
        switch (error.phase()) {
        case Phase::resolve:
            return "is the SAS whole? the name of a private endpoint is known in its network alone";
        case Phase::connect:
            return "is TCP 443 open from here? HTTPS_PROXY and NO_PROXY say which proxy is used";
        case Phase::tls:
            return "does a proxy look into TLS? --azure-ca-file FILE trusts its CA";
        default:
            return "run it again; where it happens again, is a proxy in between?";
        }
    }();
    if (*hint == '\0') return error;
    return std::move(error).with_hint(hint);
}

std::string host_header(const SasUrl& url) {
    auto host = net::authority(url.at.host, url.at.port);
    constexpr std::string_view usual = ":443";
    if (url.tls && host.ends_with(usual)) host.resize(host.size() - usual.size());
    return host;
}

net::HttpRequest request_for(const SasUrl& url, const RangeQuestion& question) {
    net::HttpRequest request;
    request.method = net::HttpMethod::get;
    request.path = url.target();
    request.headers.emplace_back("Host", host_header(url));
    request.headers.emplace_back("Range", question.range.header());
    if (!question.etag.empty()) request.headers.emplace_back("If-Match", question.etag);
    return request;
}

Error untrusted(const net::PeerCertificate& peer) {
    return Error(
               Phase::tls,
               Errc::certificate_rejected,
               "its certificate is not trusted: " + foreign_text(peer.chain_problem, 200)
    )
        .with_native("sha256:" + peer.sha256);
}

} // namespace

// Opens the connection anew. A SAS is for whoever sees it, so no chain but a good one will do.
Task<Status> SasLink::dial(const SasUrl& url, HostDeadline& deadline) {
    if (!url.tls) { // to this machine, where no proxy leads
        auto plain = co_await net::dial(url.at, services_, deadline, attempt_);
        if (!plain) co_return std::move(plain).error();
        connection_ =
            std::make_unique<net::PlainHttpConnection>(std::move(*plain), url.at, attempt_);
        co_return Status();
    }
    if (!trust_) {
        auto made = net::make_tls_context(net::TlsProfile::strict, services_.azure_ca_file);
        if (!made) co_return std::move(made).error();
        trust_ = *std::move(made);
    }
    auto socket = co_await azure::dial_by_proxy(url.at, services_, deadline, attempt_);
    if (!socket) co_return std::move(socket).error();
    auto secure =
        std::make_unique<net::HttpsConnection>(std::move(*socket), trust_, url.at, attempt_);
    auto peer = co_await secure->handshake(deadline, services_.step_timeout);
    if (!peer) co_return std::move(peer).error();
    if (!peer->chain_problem.empty()) co_return untrusted(*peer);
    connection_ = std::move(secure);
    co_return Status();
}

Task<Status> SasLink::connect(const SasUrl& url, HostDeadline& deadline) {
    const auto where = host_header(url) + (url.tls ? "" : " in clear");
    if (connection_ && connection_->usable() && where_ == where) co_return Status();
    connection_.reset();
    // The first connection had its turn before the attempt began.
    const bool admitted = !again_ || co_await services_.pacer.turn(deadline);
    if (!admitted) co_return Error(Phase::connect, Errc::timed_out, "no time is left to connect");
    again_ = true;
    where_ = where;
    co_return co_await dial(url, deadline);
}

Task<Result<net::HttpResponse>>
SasLink::get(const SasUrl& url, const RangeQuestion& question, HostDeadline& deadline) {
    auto connected = co_await connect(url, deadline);
    if (!connected) co_return about_storage(std::move(connected).error());
    attempt_.enter(question.phase);
    auto request = request_for(url, question);
    const auto most = std::max(question.range.length, refusal_bytes);
    auto answer =
        co_await connection_->exchange(std::move(request), deadline, services_.step_timeout, most);
    if (!answer) co_return about_storage(std::move(answer).error());
    co_return std::move(*answer);
}

} // namespace rdpsweep::disk
