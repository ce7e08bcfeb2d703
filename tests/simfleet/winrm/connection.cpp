// http.sys: reads requests one after the other, authenticates, answers.
#include "tests/simfleet/winrm/connection.hpp"

#include "core/text.hpp"
#include "tests/simfleet/winrm/authenticator.hpp"
#include "tests/simfleet/winrm/http_message.hpp"
#include "tests/simfleet/winrm/pause.hpp"
#include "tests/simfleet/winrm/peer_stream.hpp"
#include "tests/simfleet/winrm/raw_manners.hpp"
#include "tests/simfleet/winrm/sealed_body.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"
#include "tests/simfleet/winrm/soap_request.hpp"
#include "tests/simfleet/winrm/wsman_service.hpp"

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Task;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view mutual_profile =
    "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";

// Counts the connection for as long as it lives.
class Counted {
public:
    explicit Counted(std::shared_ptr<World> world) : world_(std::move(world)) {
        world_->stats.connection_opened();
    }

    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    ~Counted() { world_->stats.connection_closed(); }

private:
    std::shared_ptr<World> world_;
};

HttpResponse status_only(unsigned status, bool close) {
    HttpResponse response;
    response.status = status;
    response.close = close;
    return response;
}

// From 1 on; all connections are served by one thread.
std::uint64_t next_number() {
    static std::uint64_t last = 0;
    return ++last;
}

class Connection {
public:
    Connection(PeerStream& stream, std::shared_ptr<World> world, const Vm& vm, std::string peer)
        : stream_(stream), world_(std::move(world)), vm_(vm), peer_(std::move(peer)),
          number_(next_number()), authenticator_(world_, vm, stream.binding()) {}

    Task<void> run();

private:
    Task<HttpRead> next_request(HttpRequest& request);
    Task<HttpResponse> answer(HttpRequest& request);
    Task<HttpResponse> answer_authenticated(HttpRequest& request, const AuthVerdict& verdict);
    Task<HttpResponse>
    answer_envelope(std::string envelope, const std::string& user, std::string host);
    Task<HttpResponse> answer_sealed(HttpRequest& request, const std::string& user);
    bool seal(HttpResponse& response, std::string_view protocol);
    Task<AuthVerdict> judge(const std::string* authorization);
    HttpResponse identify(bool known);
    HttpResponse unauthorized(const AuthVerdict& verdict);
    HttpResponse cannot_read(HttpRead why);
    void check_headers(const HttpRequest& request);
    Task<bool> send(HttpResponse response);
    Task<bool> send_endless();
    Task<bool> send_huge(std::uint64_t length);
    Task<bool> send_dripping(std::string bytes);
    Task<bool> send_half(std::string bytes);

    PeerStream& stream_;
    std::shared_ptr<World> world_;
    const Vm& vm_;
    std::string peer_;
    std::uint64_t number_;
    Authenticator authenticator_;
    std::string unread_;
    unsigned refused_in_a_row_ = 0;
    bool asked_ = false; // for a client certificate
    std::string upn_;    // of one we accept
};

Task<HttpRead> Connection::next_request(HttpRequest& request) {
    for (;;) {
        const HttpRead state = read_request(unread_, request);
        if (state != HttpRead::incomplete) co_return state;
        const bool came = co_await stream_.read(unread_);
        if (!came) co_return HttpRead::incomplete;
    }
}

Task<void> Connection::run() {
    for (;;) {
        HttpRequest request;
        const HttpRead state = co_await next_request(request);
        if (state == HttpRead::incomplete) co_return;
        HttpResponse response;
        if (state == HttpRead::complete) {
            response = co_await answer(request);
            if (!request.keep_alive) response.close = true;
        } else {
            response = cannot_read(state);
        }
        co_await pause(vm_.wire.latency);
        const bool close = response.close;
        const bool sent = co_await send(std::move(response));
        if (!sent || close) co_return;
    }
}

HttpResponse Connection::cannot_read(HttpRead why) {
    world_->stats.request(vm_.index, "unreadable");
    switch (why) {
    case HttpRead::chunked: {
        // WinRM refuses chunked bodies with InternalError code 50.
        world_->stats.violation("a chunked request body");
        world_->stats.fault(fault::not_supported);
        SoapFault refused;
        refused.code = fault::not_supported;
        HttpResponse response = status_only(500, true);
        response.content_type = "application/soap+xml;charset=UTF-8";
        response.body = render_fault(refused, vm_.address);
        return response;
    }
    case HttpRead::length_required:
        world_->stats.violation("a POST without Content-Length");
        return status_only(411, true);
    case HttpRead::too_large:
        world_->stats.violation("a body above MaxEnvelopeSize");
        return status_only(413, true);
    default:
        world_->stats.violation("bytes that are no HTTP request");
        return status_only(400, true);
    }
}

void Connection::check_headers(const HttpRequest& request) {
    if (request.header("expect") != nullptr) {
        world_->stats.violation("Expect: 100-continue");
    }
    const std::string* type = request.header("content-type");
    const bool soap =
        type != nullptr && rdpsweep::ascii_lower(*type).starts_with("application/soap+xml");
    if (request.body.empty()) return;
    if (stream_.encrypted() && !soap) {
        world_->stats.violation("a body that is not application/soap+xml");
    }
    if (!stream_.encrypted() && soap && request.header("wsmanidentify") == nullptr) {
        world_->stats.violation("a body in clear over HTTP");
    }
}

HttpResponse Connection::unauthorized(const AuthVerdict& verdict) {
    HttpResponse response = status_only(401, false);
    for (const std::string& line : verdict.challenges) {
        response.headers.emplace_back("WWW-Authenticate", line);
    }
    return response;
}

// Nobody is asked for credentials who sends the header for it; without the header Identify is a
// request as any other, and says more.
HttpResponse Connection::identify(bool known) {
    world_->stats.request(vm_.index, "Identify");
    Identity identity{vm_.state->build(), known};
    identity.scheme = stream_.encrypted() ? "https" : "http";
    identity.basic = world_->policy.basic;
    HttpResponse response;
    response.content_type = "application/soap+xml;charset=UTF-8";
    response.body = render_identify(identity);
    return response;
}

Task<HttpResponse> Connection::answer(HttpRequest& request) {
    const Manner manner = vm_.wire.manner;
    check_headers(request);
    if (manner == Manner::service_down || manner == Manner::not_wsman) {
        world_->stats.request(vm_.index, "no service");
        co_return status_only(manner == Manner::not_wsman ? 404 : 503, false);
    }
    if (request.target != "/wsman" && request.target != "/wsman/")
        co_return status_only(404, false);
    if (request.method != "POST") co_return status_only(405, false);
    if (request.header("wsmanidentify") != nullptr && is_identify(request.body)) {
        co_return identify(false);
    }
    if (manner == Manner::unauthorized_loop) {
        world_->stats.request(vm_.index, "handshake");
        if (++refused_in_a_row_ > 3) world_->stats.violation("went on after three 401s in a row");
        AuthVerdict verdict;
        verdict.challenges.emplace_back("Negotiate");
        co_return unauthorized(verdict);
    }
    const AuthVerdict verdict = co_await judge(request.header("authorization"));
    if (!verdict.granted) {
        const bool asked = request.header("authorization") != nullptr;
        world_->stats.request(vm_.index, asked ? "handshake" : "anonymous");
        co_return unauthorized(verdict);
    }
    co_return co_await answer_authenticated(request, verdict);
}

// A client certificate is asked for when a request names it; anything else is for http.sys.
Task<AuthVerdict> Connection::judge(const std::string* authorization) {
    const bool mutual = authorization != nullptr && *authorization == mutual_profile;
    if (!mutual || !world_->policy.certificates) {
        co_return co_await authenticator_.judge(authorization);
    }
    if (!asked_) {
        asked_ = true;
        const bool answered = co_await stream_.ask_certificate(unread_);
        // As Windows Server 2022 does with a client that offers no post-handshake authentication.
        if (!answered) stream_.reset();
        upn_ = answered ? stream_.client_upn() : std::string();
        const bool known = !upn_.empty() && upn_ == world_->policy.user + "@localhost";
        if (!known) upn_.clear();
        if (known) world_->stats.authenticated("certificate", false);
        if (!known) world_->stats.refused_credentials(vm_.index, "certificate", "not mapped");
    }
    AuthVerdict verdict;
    verdict.granted = !upn_.empty();
    verdict.user = world_->policy.user;
    if (!verdict.granted) verdict.challenges.emplace_back("Negotiate");
    co_return verdict;
}

Task<HttpResponse>
Connection::answer_authenticated(HttpRequest& request, const AuthVerdict& verdict) {
    HttpResponse response;
    if (request.body.empty()) {
        world_->stats.request(vm_.index, "handshake");
    } else if (!stream_.encrypted()) {
        response = co_await answer_sealed(request, verdict.user);
    } else {
        std::string body = std::move(request.body);
        response = co_await answer_envelope(std::move(body), verdict.user, *request.header("host"));
    }
    for (const std::string& line : verdict.challenges) {
        response.headers.emplace_back("WWW-Authenticate", line);
    }
    co_return response;
}

Task<HttpResponse>
Connection::answer_envelope(std::string envelope, const std::string& user, std::string host) {
    if (is_identify(envelope)) co_return identify(true);
    Caller caller;
    caller.connection = number_;
    caller.user = user;
    caller.address = peer_;
    caller.endpoint = (stream_.encrypted() ? "https://" : "http://") + host + "/wsman";
    co_return co_await serve_soap(world_, vm_, std::move(caller), std::move(envelope));
}

// AllowUnencrypted is false on every VM: what is not sealed is not served.
Task<HttpResponse> Connection::answer_sealed(HttpRequest& request, const std::string& user) {
    const auto protocol =
        authenticator_.scheme() == "kerberos" ? kerberos_protocol : spnego_protocol;
    const std::string* type = request.header("content-type");
    GssAcceptor* session = authenticator_.session();
    if (session == nullptr || type == nullptr || !is_sealed(*type, protocol)) {
        world_->stats.request(vm_.index, "unencrypted");
        co_return status_only(500, false);
    }
    std::string why;
    const auto sealed = read_sealed_body(request.body, protocol, why);
    auto plain = sealed ? session->open(sealed->header, sealed->data) : std::nullopt;
    if (!plain) {
        world_->stats.violation("an encrypted body that cannot be read: " + why);
        co_return status_only(400, true);
    }
    world_->stats.request(vm_.index, "sealed");
    HttpResponse response =
        co_await answer_envelope(std::move(*plain), user, *request.header("host"));
    if (!seal(response, protocol)) co_return status_only(500, true);
    co_return response;
}

bool Connection::seal(HttpResponse& response, std::string_view protocol) {
    if (response.body.empty()) return true;
    auto sealed = authenticator_.session()->seal(response.body);
    if (!sealed) return false;
    SealedBody body;
    body.header = std::move(sealed->header);
    body.data = std::move(sealed->data);
    body.length = body.data.size();
    response.content_type = sealed_content_type(protocol);
    response.body = write_sealed_body(body, protocol);
    return true;
}

Task<bool> Connection::send(HttpResponse response) {
    std::string bytes = to_bytes(response);
    if (vm_.wire.manner == Manner::drip) co_return co_await send_dripping(std::move(bytes));
    if (response.delivery == Delivery::half_then_reset) {
        co_return co_await send_half(std::move(bytes));
    }
    const bool sent = co_await stream_.write(std::move(bytes));
    if (!sent) co_return false;
    if (response.delivery == Delivery::endless) co_return co_await send_endless();
    if (response.delivery == Delivery::huge) {
        co_return co_await send_huge(*response.claimed_length);
    }
    co_return true;
}

Task<bool> Connection::send_endless() {
    for (;;) {
        std::string chunk = "4000\r\n" + std::string(0x4000, ' ') + "\r\n";
        const bool sent = co_await stream_.write(std::move(chunk));
        if (!sent) co_return false;
        co_await pause(5ms); // endless, not greedy: other VMs share this thread
    }
}

Task<bool> Connection::send_huge(std::uint64_t length) {
    while (length > 0) {
        const std::uint64_t piece = std::min<std::uint64_t>(length, 0x10000);
        std::string bytes(piece, ' ');
        const bool sent = co_await stream_.write(std::move(bytes));
        if (!sent) co_return false;
        length -= piece;
    }
    co_return true;
}

Task<bool> Connection::send_dripping(std::string bytes) {
    for (const char octet : bytes) {
        std::string one(1, octet);
        const bool sent = co_await stream_.write(std::move(one));
        if (!sent) co_return false;
        co_await pause(1s);
    }
    co_return true;
}

Task<bool> Connection::send_half(std::string bytes) {
    bytes.resize(bytes.size() / 2);
    const bool sent = co_await stream_.write(std::move(bytes));
    // RST overtakes what the peer has not read: let the first half arrive.
    if (sent) co_await pause(50ms);
    stream_.reset();
    co_return false;
}

} // namespace

Task<void> serve_connection(
    asio::ip::tcp::socket socket, std::shared_ptr<World> world, const Vm* vm, Face face
) {
    const Counted counted(world);
    boost::system::error_code ignored;
    std::string peer = socket.remote_endpoint(ignored).address().to_string();
    auto tls = face == Face::https ? world->identities.engine_for(*vm) : nullptr;
    if (face == Face::https && !tls) co_return;
    PeerStream stream(std::move(socket), std::move(tls), vm->wire.slowness.round_trip);
    if (face == Face::https || !vm->wire.http_works) {
        const bool over = co_await misbehave_before_tls(stream, *vm);
        if (over) co_return;
    }
    const bool secured = co_await stream.handshake();
    if (face == Face::https) world->stats.tls_handshake(secured, stream.tls_version());
    if (!secured) co_return;
    if (vm->wire.manner == Manner::mute_after_tls) {
        co_await stream.ignore_peer();
        co_return;
    }
    Connection connection(stream, world, *vm, std::move(peer));
    co_await connection.run();
}

} // namespace simfleet
