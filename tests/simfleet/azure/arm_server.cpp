// Serves the connections of the control plane and writes the documents that clients start from.
#include "tests/simfleet/azure/arm_server.hpp"

#include "tests/simfleet/serial/console_gateway.hpp"
#include "tests/simfleet/winrm/accept_loop.hpp"
#include "tests/simfleet/winrm/peer_stream.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Task;

namespace {

struct Plane {
    Plane(std::shared_ptr<World> fleet, const ArmOptions& options)
        : world(std::move(fleet)), resources(world->fleet, options.scene),
          gateway(
              world,
              options.consoles,
              options.policy.base,
              [this](const std::string& token) { return face.knows_token(token); },
              options.console_engine,
              options.engine_vms
          ),
          face(resources, options.policy, world->stats, std::chrono::steady_clock::now, &gateway) {}

    std::shared_ptr<World> world;
    ArmResources resources;
    ConsoleGateway gateway;
    ArmFace face;
};

bool is_console(const HttpRequest& request) {
    return request.header("upgrade") != nullptr && request.target.starts_with("/n/connector/");
}

bool is_order(const HttpRequest& request) {
    return request.method == "POST" && request.target.starts_with("/n/connector/");
}

Task<void> serve(asio::ip::tcp::socket socket, std::shared_ptr<Plane> plane, bool metadata) {
    auto tls = metadata ? nullptr : plane->world->identities.engine_for_host("localhost");
    PeerStream stream(std::move(socket), std::move(tls));
    const bool ready = co_await stream.handshake();
    if (!ready) co_return;
    std::string unread;
    for (;;) {
        HttpRequest request;
        auto state = read_request(unread, request);
        while (state == HttpRead::incomplete) {
            const bool came = co_await stream.read(unread);
            if (!came) co_return;
            state = read_request(unread, request);
        }
        if (state != HttpRead::complete) co_return;
        if (!metadata && is_console(request)) {
            co_await plane->gateway.serve(stream, request, std::move(unread));
            co_return;
        }
        auto& face = plane->face;
        const auto response = metadata            ? face.answer_metadata(request)
                              : is_order(request) ? plane->gateway.order(request)
                                                  : face.answer(request);
        if (response.status == 0) { // no answer, as long as the client waits for one
            while (co_await stream.read(unread))
                unread.clear();
            co_return;
        }
        auto bytes = to_bytes(response);
        const bool sent = co_await stream.write(std::move(bytes));
        if (!sent || !request.keep_alive) co_return;
    }
}

using Acceptor = asio::ip::tcp::acceptor;

rdpsweep::Result<std::shared_ptr<Acceptor>> open_acceptor(asio::io_context& io, WantedPort wanted) {
    boost::system::error_code ec;
    const asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(), to_bind(wanted));
    auto acceptor = std::make_shared<Acceptor>(io);
    acceptor->open(where.protocol(), ec);
    acceptor->set_option(Acceptor::reuse_address(true), ec);
    if (!ec) acceptor->bind(where, ec);
    if (!ec) acceptor->listen(asio::socket_base::max_listen_connections, ec);
    if (!ec) return acceptor;
    return rdpsweep::Error(
        rdpsweep::Phase::config,
        rdpsweep::Errc::local_limit,
        "cannot listen on port " + std::to_string(where.port()) + ": " + ec.message()
    );
}

std::uint16_t port_of(const Acceptor& acceptor) {
    boost::system::error_code ec;
    return acceptor.local_endpoint(ec).port();
}

void serve_all(
    asio::io_context& io,
    std::shared_ptr<Acceptor> acceptor,
    const std::shared_ptr<Plane>& plane,
    bool metadata
) {
    auto answer = [plane, metadata](asio::ip::tcp::socket socket) {
        const auto executor = socket.get_executor();
        asio::co_spawn(executor, serve(std::move(socket), plane, metadata), asio::detached);
    };
    asio::co_spawn(io, accept_each(std::move(acceptor), std::move(answer)), asio::detached);
}

void write_documents(const ArmOptions& options, const std::string& folder) {
    const nlohmann::json cloud{
        {"name", "Simulated"},
        {"endpoints",
         {{"activeDirectory", options.policy.base},
          {"resourceManager", options.policy.base + "/"},
          {"activeDirectoryResourceId", "https://management.core.windows.net/"}}},
        {"suffixes", {{"serialConsoleGateway", "localhost"}}}};
    std::ofstream(folder + "/cloud.json") << cloud.dump(2) << '\n';
    const nlohmann::json identity{
        {"tenant", options.policy.tenant}, {"client", options.policy.client}};
    std::ofstream(folder + "/azure.json") << identity.dump(2) << '\n';
}

} // namespace

rdpsweep::Result<ArmPorts> start_arm(
    asio::io_context& io,
    const std::shared_ptr<World>& world,
    ArmOptions options,
    const std::string& folder
) {
    ArmPorts ports;
    if (options.port == 0) return ports;
    auto listener = open_acceptor(io, options.port);
    if (!listener) return std::move(listener).error();
    ports.plane = port_of(**listener);
    options.policy.secret = world->policy.password;
    options.policy.base = "https://localhost:" + std::to_string(ports.plane);
    const auto plane = std::make_shared<Plane>(world, options);
    serve_all(io, *std::move(listener), plane, false);
    if (options.metadata_port != 0) {
        auto metadata = open_acceptor(io, options.metadata_port);
        if (!metadata) return std::move(metadata).error();
        ports.metadata = port_of(**metadata);
        serve_all(io, *std::move(metadata), plane, true);
    }
    write_documents(options, folder);
    const auto consoles = [plane, folder] {
        std::ofstream(folder + "/consoles.json") << plane->gateway.report() << '\n';
    };
    consoles();
    world->at_end.emplace_back(consoles);
    return ports;
}

} // namespace simfleet
