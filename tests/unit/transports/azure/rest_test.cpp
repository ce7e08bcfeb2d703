// cpprestsdk on real sockets: each of its habits that could hurt, against a server that provokes
// it.
#include "tests/support/catch.hpp"
#include "transports/azure/proxy.hpp"
#include "transports/azure/rest.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace std::chrono_literals;

namespace {

// Accepts connections one after the other on loopback and lets the test's function serve them.
class Server {
public:
    using Serve = std::function<void(int socket, int connection)>;

    explicit Server(Serve serve) : serve_(std::move(serve)) {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
        REQUIRE(listen(listener_, 16) == 0);
        socklen_t length = sizeof where;
        getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &length);
        port = ntohs(where.sin_port);
        thread_ = std::thread([this] {
            for (int number = 0;; ++number) {
                const int client = accept(listener_, nullptr, nullptr);
                if (client < 0) return;
                const timeval patience{30, 0};
                setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
                ++connections;
                // One that is kept open holds up no other.
                clients_.emplace_back([this, client, number] {
                    serve_(client, number);
                    close(client);
                });
            }
        });
    }

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    ~Server() {
        shutdown(listener_, SHUT_RDWR);
        close(listener_);
        thread_.join();
        for (auto& client : clients_)
            client.join();
    }

    [[nodiscard]] std::string url(const std::string& path = "/x") const {
        return "http://127.0.0.1:" + std::to_string(port) + path;
    }

    std::uint16_t port = 0;
    std::atomic<int> connections = 0;

private:
    Serve serve_;
    int listener_ = -1;
    std::thread thread_;
    std::vector<std::thread> clients_; // of thread_, until it has ended
};

// One request's head (and the body that Content-Length announces); empty when the peer is gone.
std::string read_one(int client) {
    std::string text;
    char piece[4096];
    for (;;) {
        const auto end = text.find("\r\n\r\n");
        if (end != std::string::npos) {
            const auto at = text.find("Content-Length: ");
            const auto length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
            if (text.size() >= end + 4 + length) return text;
        }
        const auto got = recv(client, piece, sizeof piece, 0);
        if (got <= 0) return {};
        text.append(piece, static_cast<std::size_t>(got));
    }
}

void say(int client, const std::string& text) {
    (void)send(client, text.data(), text.size(), MSG_NOSIGNAL);
}

std::string ok(const std::string& body, const std::string& headers = {}) {
    return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

Result<RestAnswer> send_one(Rest& rest, RestRequest request, Clock::duration patience = 10s) {
    asio::io_context lane(1);
    HostDeadline deadline(lane.get_executor(), Clock::now() + patience);
    std::optional<Result<RestAnswer>> result;
    const auto task = [&]() -> Task<void> {
        auto answer = co_await rest.send(std::move(request), deadline);
        result.emplace(std::move(answer));
        deadline.abort();
    };
    asio::co_spawn(lane, task, asio::detached);
    lane.run();
    REQUIRE(result);
    return std::move(*result);
}

// As send_one; the asker goes away when gone is set, by any thread.
Result<RestAnswer> send_until(Rest& rest, RestRequest request, std::future<void> gone) {
    asio::io_context lane(1);
    HostDeadline deadline(lane.get_executor(), Clock::now() + 1h);
    std::optional<Result<RestAnswer>> result;
    const auto task = [&]() -> Task<void> {
        auto answer = co_await rest.send(std::move(request), deadline);
        result.emplace(std::move(answer));
        deadline.abort();
    };
    asio::co_spawn(lane, task, asio::detached);
    std::thread watcher([&] {
        gone.wait();
        asio::post(lane, [&] { deadline.abort(); });
    });
    lane.run();
    watcher.join();
    REQUIRE(result);
    return std::move(*result);
}

RestRequest request_to(const std::string& url, const std::string& method = "GET") {
    RestRequest request;
    request.method = method;
    request.url = url;
    request.direct = true;
    if (method == "POST") request.body = "{}";
    return request;
}

} // namespace

TEST_CASE("A POST that may not be repeated is sent once, though a kept connection dies") {
    std::atomic<int> posts = 0;
    Server server([&posts](int client, int) {
        for (;;) {
            const auto text = read_one(client);
            if (text.empty()) return;
            if (text.starts_with("POST")) {
                ++posts;
                return; // dies with the request in its hands
            }
            say(client, ok("{}", "Connection: keep-alive\r\n"));
        }
    });
    const auto rest = make_rest("");
    REQUIRE(send_one(*rest, request_to(server.url()))); // leaves a connection behind
    auto post = request_to(server.url(), "POST");
    post.repeatable = false;
    auto lost = send_one(*rest, std::move(post));
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code() == Errc::peer_closed);
    CHECK(posts == 1);
}

TEST_CASE("A redirect is an answer, and the token stays here") {
    std::string seen_elsewhere;
    Server elsewhere([&seen_elsewhere](int client, int) {
        seen_elsewhere = read_one(client);
        say(client, ok("{}"));
    });
    Server server([&elsewhere](int client, int) {
        (void)read_one(client);
        say(client,
            "HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() + "\r\nContent-Length: 0\r\n\r\n");
    });
    const auto rest = make_rest("");
    auto request = request_to(server.url());
    request.headers.emplace_back("Authorization", "Bearer secret");
    auto answer = send_one(*rest, std::move(request));
    REQUIRE(answer);
    CHECK(answer->status == 302);
    CHECK(answer->header("location") == elsewhere.url());
    CHECK(elsewhere.connections == 0);
}

TEST_CASE("A server that drips is cut by the deadline, not by its own pace") {
    std::atomic<bool> hung_up = false;
    std::atomic<int> asked = 0;
    {
        Server server([&](int client, int) {
            (void)read_one(client);
            ++asked;
            say(client, "HTTP/1.1 200 OK\r\n");
            const timeval drip{0, 5'000};
            setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &drip, sizeof drip);
            for (int i = 0; i < 1000 && !hung_up; ++i) {
                say(client, "X-" + std::to_string(i) + ": y\r\n");
                char nothing = 0;
                hung_up = recv(client, &nothing, 1, 0) == 0; // or 5 ms pass
            }
        });
        const auto rest = make_rest("");
        auto late = send_one(*rest, request_to(server.url()), 50ms);
        REQUIRE_FALSE(late);
        CHECK(late.error().code() == Errc::timed_out);
    }
    CHECK((asked == 0 || hung_up)); // it did not drip to its end
}

TEST_CASE("A body has a limit, with and without a length") {
    Server server([](int client, int number) {
        (void)read_one(client);
        if (number == 0) return say(client, ok(std::string(300'000, 'x')));
        say(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        const auto piece = "10000\r\n" + std::string(0x10000, 'y') + "\r\n";
        for (int i = 0; i < 40; ++i)
            say(client, piece);
        say(client, "0\r\n\r\n");
    });
    const auto rest = make_rest("");
    for (int i = 0; i < 2; ++i) {
        auto request = request_to(server.url());
        request.most_bytes = 200'000;
        request.repeatable = false;
        auto large = send_one(*rest, std::move(request));
        REQUIRE_FALSE(large);
        CHECK(large.error().code() == Errc::output_limit);
    }
    auto request = request_to(server.url());
    request.most_bytes = 10'000'000;
    request.repeatable = false;
    auto whole = send_one(*rest, std::move(request));
    REQUIRE(whole);
    CHECK(whole->body.size() == 40u * 0x10000);
}

TEST_CASE("Headers as large as ARM's arrive, doubled ones too, and JSON under any type") {
    const std::string link(3300, 'l');
    Server server([&link](int client, int) {
        (void)read_one(client);
        say(client,
            ok("{\"a\":1}",
               "Content-Type: text/plain\r\nAzure-AsyncOperation: " + link +
                   "\r\nLocation: " + link + "\r\nServer: a\r\nServer: b\r\n"));
    });
    const auto rest = make_rest("");
    auto answer = send_one(*rest, request_to(server.url()));
    REQUIRE(answer);
    CHECK(answer->header("azure-asyncoperation") == link);
    CHECK(answer->body == "{\"a\":1}");
}

TEST_CASE("What goes wrong is told apart") {
    const auto rest = make_rest("");
    auto refused = send_one(*rest, request_to("http://127.0.0.1:1/x"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == Errc::refused);
    Server nonsense([](int client, int) {
        (void)read_one(client);
        say(client, "SSH-2.0-OpenSSH_9.2\r\n");
    });
    auto garbage = send_one(*rest, request_to(nonsense.url()));
    REQUIRE_FALSE(garbage);
    CHECK(garbage.error().phase() == Phase::http);
    auto odd = send_one(*rest, request_to("not an address"));
    REQUIRE_FALSE(odd);
    CHECK(odd.error().phase() == Phase::config);
}

TEST_CASE("An answer that comes after its asker has gone hurts nobody") {
    constexpr int askers = 3;
    std::array<std::promise<void>, askers> asked;
    std::array<std::promise<void>, askers> gone;
    Server server([&](int client, int number) {
        (void)read_one(client);
        if (number < askers) {
            const auto at = static_cast<std::size_t>(number);
            asked[at].set_value();
            gone[at].get_future().wait();
        }
        say(client, ok("{}"));
    });
    const auto rest = make_rest("");
    for (std::size_t i = 0; i < askers; ++i) {
        auto request = request_to(server.url());
        request.repeatable = false;
        CHECK_FALSE(send_until(*rest, std::move(request), asked[i].get_future()));
        gone[i].set_value(); // its lane is gone by now
    }
    CHECK(send_one(*rest, request_to(server.url()))); // after those late answers
}

TEST_CASE("Proxies come from the environment") {
    const auto proxy = [](const char* url, std::map<std::string, std::string> values) {
        return proxy_for(url, [values](const std::string& name) -> std::optional<std::string> {
            const auto found = values.find(name);
            if (found == values.end()) return {};
            return found->second;
        });
    };
    constexpr auto arm = "https://management.azure.com/subscriptions";
    CHECK_FALSE(proxy(arm, {}));
    CHECK(proxy(arm, {{"HTTPS_PROXY", "http://p:3128"}})->url == "http://p:3128");
    CHECK(proxy(arm, {{"https_proxy", "p:3128"}, {"HTTPS_PROXY", "q"}})->url == "http://p:3128");
    CHECK(proxy(arm, {{"ALL_PROXY", "http://p"}})->url == "http://p");
    CHECK_FALSE(proxy(arm, {{"HTTP_PROXY", "http://p"}}));
    for (const auto* none :
         {"*", "azure.com", ".azure.com", "x, management.azure.com", "management.azure.com:443"}) {
        CHECK_FALSE(proxy(arm, {{"HTTPS_PROXY", "http://p"}, {"NO_PROXY", none}}));
    }
    CHECK(proxy(arm, {{"HTTPS_PROXY", "http://p"}, {"NO_PROXY", "zure.com,,other"}}));
    CHECK_FALSE(proxy("http://169.254.169.254/metadata", {{"http_proxy", "http://p"}}));
    CHECK_FALSE(proxy("https://localhost:1/x", {{"HTTPS_PROXY", "http://p"}}));
    const auto with_login = proxy(arm, {{"HTTPS_PROXY", "http://user:p%40ss@p:3128"}});
    CHECK(with_login->url == "http://p:3128");
    CHECK(with_login->user == "user");
    CHECK(with_login->password->reveal() == "p@ss");
}

TEST_CASE("A proxy is asked for the whole address") {
    std::string asked;
    Server through([&asked](int client, int) {
        asked = read_one(client);
        say(client, ok("{}"));
    });
    setenv("http_proxy", through.url("").c_str(), 1);
    const auto rest = make_rest("");
    auto request = request_to("http://example.invalid/path");
    request.direct = false;
    auto answer = send_one(*rest, std::move(request));
    unsetenv("http_proxy");
    REQUIRE(answer);
    CHECK(asked.starts_with("GET http://example.invalid/path HTTP/1.1\r\n"));
}
