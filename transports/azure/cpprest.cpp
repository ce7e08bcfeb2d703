// The only file that knows cpprestsdk. What it does to us, and what is done about it here, is in
// docs/adr/0025-azure-by-cpprestsdk.md.
#include "core/asio.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "transports/azure/proxy.hpp"
#include "transports/azure/rest.hpp"

#include <cpprest/containerstream.h>
#include <cpprest/http_client.h>
#include <openssl/ssl.h>
#include <pplx/threadpool.h>

#include <map>
#include <mutex>

namespace rdpsweep::azure {

namespace {

namespace http = web::http;
using Client = http::client::http_client;

constexpr std::size_t library_threads = 2;
constexpr std::size_t chunk = 64u << 10;
// Far above the 7 KB that ARM sends, below what would hurt.
constexpr std::size_t most_header_bytes = limits::http_header_bytes;

// One exchange, shared by the coroutine that waits and the library's thread that works. Whichever
// comes second finds that the other is done.
class Exchange {
public:
    explicit Exchange(const asio::any_io_executor& lane) : lane_(lane), timer_(lane) {
        timer_.expires_at(Clock::time_point::max());
    }

    // On a thread of the library. After abandon() nothing is posted: the lane may be gone.
    void finish(Result<RestAnswer> outcome, const std::shared_ptr<Exchange>& self) {
        const std::lock_guard lock(mutex_);
        if (abandoned_) return;
        asio::post(lane_, [self, outcome = std::move(outcome)]() mutable {
            self->result.emplace(std::move(outcome));
            self->timer_.cancel();
        });
    }

    void abandon() noexcept {
        const std::lock_guard lock(mutex_);
        abandoned_ = true;
    }

    void stop() {
        cancel.cancel();
        timer_.cancel();
    }

    Task<void> wait() {
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    pplx::cancellation_token_source cancel;
    std::optional<Result<RestAnswer>> result; // on the lane only
    RestAnswer answer;                        // on the library's threads only
    std::size_t most_bytes = 0;
    bool too_large = false;

private:
    asio::any_io_executor lane_;
    asio::steady_timer timer_;
    std::mutex mutex_;
    bool abandoned_ = false;
};

using Shared = std::shared_ptr<Exchange>;

// Leaves an exchange however its coroutine ends.
class Leave {
public:
    explicit Leave(Shared exchange) : exchange_(std::move(exchange)) {}

    Leave(const Leave&) = delete;
    Leave& operator=(const Leave&) = delete;

    ~Leave() {
        exchange_->abandon();
        exchange_->cancel.cancel();
    }

private:
    Shared exchange_;
};

void trust(boost::asio::ssl::context& context, const std::string& ca_file) {
    auto* native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    if (ca_file.empty()) return;
    // Instead of the system's, which the library has loaded by now. A file that cannot be read
    // leaves an empty store: nothing is trusted then.
    SSL_CTX_set_cert_store(native, X509_STORE_new());
    SSL_CTX_load_verify_file(native, ca_file.c_str());
}

http::client::http_client_config configure(const RestRequest& request, const std::string& ca) {
    http::client::http_client_config config;
    config.set_max_redirects(0);
    config.set_timeout(std::chrono::duration_cast<utility::seconds>(request.step));
    config.set_ssl_context_callback([ca](boost::asio::ssl::context& context) { trust(context, ca); }
    );
    const auto proxy = request.direct ? std::nullopt : proxy_for(request.url, process_environment);
    if (!proxy) return config;
    web::web_proxy through{web::uri(proxy->url)};
    if (proxy->password) {
        through.set_credentials(
            web::credentials(proxy->user, std::string(proxy->password->reveal()))
        );
    }
    config.set_proxy(std::move(through));
    return config;
}

// Takes the name and value of every header, bounded.
bool take_headers(const http::http_response& response, RestAnswer& answer) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : response.headers()) {
        bytes += name.size() + value.size();
        if (bytes > most_header_bytes) return false;
        answer.headers.emplace_back(ascii_lower(name), value);
    }
    return true;
}

// Reads the body piece by piece, so that its size is known before it is all in memory.
pplx::task<void> drain(concurrency::streams::istream body, Shared exchange) {
    concurrency::streams::container_buffer<std::string> piece;
    return body.read(piece, chunk).then([body, exchange, piece](std::size_t got) mutable {
        if (got == 0) return pplx::task_from_result();
        // The buffer is as long as the read that was asked for, not as what came.
        exchange->answer.body.append(piece.collection(), 0, got);
        if (exchange->answer.body.size() > exchange->most_bytes) {
            exchange->too_large = true;
            return pplx::task_from_result();
        }
        return drain(std::move(body), std::move(exchange));
    });
}

Error too_large(const char* what) {
    return {Phase::http, Errc::output_limit, std::string("Azure's answer has ") + what};
}

// Returns the library's words for what went wrong, sorted. It tells a lost connection, a
// certificate and a name apart by their text only.
Error sort_out(const std::string& words) {
    const auto said = ascii_lower(words);
    const auto has = [&said](std::string_view part) {
        return said.find(part) != std::string::npos;
    };
    const auto make = [&words](Phase phase, Errc code, const char* what) {
        return Error(phase, code, what).with_native(foreign_text(words, 160));
    };
    if (has("resolving")) {
        return make(Phase::resolve, Errc::name_not_found, "the name cannot be resolved");
    }
    if (has("certificate") || has("ssl handshake") || has("tls")) {
        return make(Phase::tls, Errc::certificate_rejected, "no trusted TLS connection")
            .with_hint("trust the CA of the endpoint or of the proxy in between with --ca-file");
    }
    if (has("timed out") || has("timeout")) {
        return make(Phase::http, Errc::timed_out, "no answer in time");
    }
    if (has("connecting") || has("connect to any")) {
        return make(Phase::connect, Errc::refused, "no connection");
    }
    return make(Phase::http, Errc::peer_closed, "the connection was lost");
}

// Every chain of tasks ends here: an exception that nobody takes ends the process.
void conclude(const pplx::task<void>& last, const Shared& exchange) {
    try {
        last.get();
        if (exchange->too_large) return exchange->finish(too_large("too large a body"), exchange);
        exchange->finish(std::move(exchange->answer), exchange);
    } catch (const pplx::task_canceled&) {
        exchange->finish(
            Error(Phase::http, Errc::cancelled, "the exchange was given up"), exchange
        );
    } catch (const std::exception& error) {
        exchange->finish(sort_out(error.what()), exchange);
    }
}

http::http_request translate(const RestRequest& request) {
    http::http_request translated(request.method);
    translated.set_request_uri(web::uri(request.url));
    for (const auto& [name, value] : request.headers)
        translated.headers().add(name, value);
    if (!request.body.empty()) translated.set_body(request.body);
    // set_body() insists on text/plain.
    for (const auto& [name, value] : request.headers) {
        if (iequals(name, "content-type")) translated.headers().set_content_type(value);
    }
    return translated;
}

class CppRest final : public Rest {
public:
    explicit CppRest(std::string ca_file) : ca_file_(std::move(ca_file)) {
        // Before the first use, else it makes 40 threads.
        static std::once_flag once;
        std::call_once(once, [] {
            crossplat::threadpool::initialize_with_threads(library_threads);
        });
    }

    Task<Result<RestAnswer>> send(RestRequest request, HostDeadline& deadline) override {
        const auto exchange = std::make_shared<Exchange>(deadline.executor());
        const Leave leave(exchange);
        exchange->most_bytes = request.most_bytes;
        auto begun = begin(request, exchange);
        if (!begun) co_return std::move(begun).error();
        const auto guard = deadline.on_abort([exchange] { exchange->stop(); });
        if (!deadline.expired() && !exchange->result) co_await exchange->wait();
        // Giving up makes the library fail in words of its own.
        const bool failed = !exchange->result || !exchange->result->has_value();
        if (failed && deadline.expired()) {
            const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
            co_return Error(Phase::http, code, "no whole answer in time");
        }
        if (!exchange->result) co_return Error(Phase::http, Errc::bug, "the answer got lost");
        co_return std::move(*exchange->result);
    }

private:
    Status begin(const RestRequest& request, const Shared& exchange) {
        try {
            const auto client = client_for(request);
            client->request(translate(request), exchange->cancel.get_token())
                .then([exchange](const http::http_response& response) {
                    exchange->answer.status = response.status_code();
                    if (!take_headers(response, exchange->answer)) {
                        exchange->too_large = true;
                        return pplx::task_from_result();
                    }
                    return drain(response.body(), exchange);
                })
                .then([exchange, client](const pplx::task<void>& last) { conclude(last, exchange); }
                );
            return {};
        } catch (const std::exception& error) {
            return Error(Phase::config, Errc::unsupported, "not an address that can be asked")
                .with_native(foreign_text(error.what(), 160));
        }
    }

    // What may be repeated shares its host's connections.
    std::shared_ptr<Client> client_for(const RestRequest& request) {
        const web::uri base = web::uri(request.url).authority();
        if (!request.repeatable) {
            return std::make_shared<Client>(base, configure(request, ca_file_));
        }
        auto& kept = kept_[base.to_string() + (request.direct ? " direct" : "")];
        if (!kept) kept = std::make_shared<Client>(base, configure(request, ca_file_));
        return kept;
    }

    std::string ca_file_;
    std::map<std::string, std::shared_ptr<Client>> kept_;
};

} // namespace

std::unique_ptr<Rest> make_rest(std::string ca_file) {
    return std::make_unique<CppRest>(std::move(ca_file));
}

} // namespace rdpsweep::azure
