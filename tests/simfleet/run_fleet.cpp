// The life of the process.
#include "tests/simfleet/run_fleet.hpp"

#include "core/text.hpp"
#include "tests/simfleet/ssh/ssh_host.hpp"
#include "tests/simfleet/windows/dump.hpp"
#include "tests/simfleet/winrm/server.hpp"

#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <stop_token>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Errc;
using rdpsweep::Error;
using rdpsweep::Phase;
using rdpsweep::Result;
using rdpsweep::Status;

namespace {

constexpr std::size_t gss_threads = 2;
constexpr std::size_t warm_vms = 8;

Status write_file(const std::string& path, std::string_view text, mode_t mode) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool written = file >= 0 && fchmod(file, mode) == 0;
    while (written && !text.empty()) {
        const auto count = write(file, text.data(), text.size());
        written = count > 0;
        if (written) text.remove_prefix(static_cast<std::size_t>(count));
    }
    const int failure = errno;
    if (file >= 0) close(file);
    if (written) return {};
    return Error{Phase::config, Errc::local_limit, path + ": " + std::strerror(failure)};
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

Status read_password(Options& options) {
    const char* password = std::getenv(options.password_variable.c_str());
    if (password == nullptr || *password == '\0') {
        return Error{
            Phase::config,
            Errc::unsupported,
            "the environment variable " + options.password_variable + " holds no password"};
    }
    options.policy.password = password;
    // The format of the file NTLM reads has no way to quote these.
    if (options.policy.password.find_first_of(":\n\r") != std::string::npos) {
        return Error{Phase::config, Errc::unsupported, "the password may not hold ':' or newlines"};
    }
    return {};
}

// The acceptor's accounts: gss-ntlmssp and krb5 take them from the environment of the process.
Result<GssCredential> acquire_gss(const Options& options) {
    const AccessPolicy& policy = options.policy;
    const std::string accounts = options.state_directory + "/ntlm-users";
    const std::string line = policy.domain + ":" + policy.user + ":" + policy.password + "\n";
    auto written = write_file(accounts, line, 0600);
    if (!written) return std::move(written).error();
    setenv("NTLM_USER_FILE", accounts.c_str(), 1);
    if (policy.kerberos) setenv("KRB5_KTNAME", options.keytab.c_str(), 1);
    return GssCredential::acquire(policy.kerberos);
}

Status write_outputs(
    const Options& options, const Fleet& fleet, const Server& server, const std::string& ca_pem
) {
    const std::string& folder = options.state_directory;
    InventoryOptions inventory;
    inventory.port = server.port();
    inventory.http_port = server.port(Face::http);
    inventory.rdp_port = server.port(Face::rdp);
    inventory.ssh_port = server.port(Face::ssh);
    inventory.ssh_share = options.ssh_share;
    inventory.closed_port = server.closed_port();
    inventory.user = options.policy.domain + "\\" + options.policy.user;
    if (options.policy.domain.empty()) inventory.user = options.policy.user;
    inventory.password_env = options.password_variable;
    inventory.auth = options.inventory_auth;
    auto done = write_file(folder + "/ca.pem", ca_pem, 0644);
    if (done) done = write_file(folder + "/inventory.yaml", fleet.inventory_yaml(inventory), 0644);
    if (done) done = write_file(folder + "/truth.json", fleet.truth_json(inventory), 0644);
    return done;
}

// What the fleet serves where, for those who let it choose.
Status write_ports(const Options& options, const Server& server, const ArmPorts& plane) {
    const nlohmann::json ports{
        {"https", server.port()},
        {"http", server.port(Face::http)},
        {"rdp", server.port(Face::rdp)},
        {"ssh", server.port(Face::ssh)},
        {"arm", plane.plane},
        {"metadata", plane.metadata}};
    return write_file(options.state_directory + "/ports.json", ports.dump(), 0644);
}

Status start_ssh(const Options& options, const Server& server, World& world) {
    if (options.ssh_port == 0) return {};
    auto host = SshHost::create(server.port(Face::rdp), options.ssh_account_key);
    if (!host) return std::move(host).error();
    world.ssh = *std::move(host);
    const auto path = options.state_directory + "/known_hosts";
    return write_file(path, world.ssh->known_hosts(server.port(Face::ssh)), 0644);
}

Status write_client_identity(const Options& options, const TlsIdentities& identities) {
    auto identity = identities.client_identity(options.policy.user + "@localhost");
    if (!identity) return std::move(identity).error();
    const std::string& folder = options.state_directory;
    auto done = write_file(folder + "/client.pem", identity->certificate, 0644);
    if (done) done = write_file(folder + "/client.key", identity->key, 0600);
    return done;
}

void write_stats(const Options& options, const World& world) {
    const std::string path =
        options.stats_file.empty() ? options.state_directory + "/stats.json" : options.stats_file;
    const auto done = write_file(path, world.stats.json(), 0644);
    if (!done) std::fprintf(stderr, "%s\n", std::string{done.error().detail()}.c_str());
}

// stdin may be a file, which epoll cannot watch: a thread of its own reads it, and looks up now and
// then whether it is still wanted.
void watch_stdin(const std::stop_token& stop, asio::io_context& io) {
    constexpr int look_up_ms = 200;
    char ignored[256];
    while (!stop.stop_requested()) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (poll(&input, 1, look_up_ms) <= 0) continue;
        if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0) return io.stop();
    }
}

class Signals {
public:
    Signals(asio::io_context& io, const Options& options, std::shared_ptr<World> world)
        : io_(io), options_(options), world_(std::move(world)),
          signals_(io, SIGINT, SIGTERM, SIGUSR1) {
        signals_.add(SIGUSR2);
        wait();
    }

private:
    void wait() {
        signals_.async_wait([this](boost::system::error_code ec, int signal) {
            if (ec) return;
            if (signal == SIGUSR1) {
                write_stats(options_, *world_);
            } else if (signal == SIGUSR2) {
                world_->shells.hold(!world_->stats.held());
            } else {
                return io_.stop();
            }
            wait();
        });
    }

    asio::io_context& io_;
    const Options& options_;
    std::shared_ptr<World> world_;
    asio::signal_set signals_;
};

Status prepare(Options& options) {
    std::error_code ec;
    std::filesystem::create_directories(options.state_directory, ec);
    if (ec) {
        return Error{
            Phase::config, Errc::local_limit, options.state_directory + ": " + ec.message()};
    }
    if (!known_mix(options.mix)) {
        return Error{Phase::config, Errc::unsupported, "unknown mix " + options.mix};
    }
    raise_descriptor_limit();
    std::signal(SIGPIPE, SIG_IGN);
    return read_password(options);
}

} // namespace

namespace {

void write_states(const Options& options, const Fleet& fleet) {
    if (!options.states_at_end) return;
    std::ofstream file(options.state_directory + "/states");
    for (std::size_t index = 0; index < fleet.size(); ++index) {
        const auto& vm = fleet.at(index);
        const nlohmann::json line{
            {"name", vm.name},
            {"profile", vm.profile},
            {"applied", vm.applied},
            {"undone", vm.undone},
            {"restored",
             vm.original == nullptr || state_json(*vm.state) == state_json(*vm.original)}};
        file << line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
    }
}

} // namespace

Status run_fleet(Options options) {
    if (!options.dump_states.empty()) return dump_states(options);
    auto ready = prepare(options);
    if (!ready) return ready;
    auto gss = acquire_gss(options);
    if (!gss) return std::move(gss).error();
    auto identities = TlsIdentities::create(options.tls13);
    if (!identities) return std::move(identities).error();
    const std::string ca_pem = identities->ca_pem();
    Fleet fleet(options.vms, options.seed, options.mix);
    fleet.slow_down(options.slowness);
    const auto workers = std::make_shared<asio::thread_pool>(gss_threads);
    asio::io_context io(1);
    const Server::Ports ports{options.port, options.http_port, options.rdp_port, options.ssh_port};
    auto server = Server::open(io, fleet, ports);
    if (!server) return std::move(server).error();
    ready = write_outputs(options, fleet, **server, ca_pem);
    if (ready && options.policy.certificates) ready = write_client_identity(options, *identities);
    if (!ready) return ready;
    const auto world = std::make_shared<World>(
        fleet, options.policy, *std::move(identities), *std::move(gss), workers
    );
    world->shells.set_slow_receive(options.slow_receive);
    ready = start_ssh(options, **server, *world);
    if (!ready) return ready;
    if (!options.engine.empty()) {
        auto engine = Engine::start(io, options.engine);
        if (!engine) return std::move(engine).error();
        world->shells.use_engine(*std::move(engine), options.engine_vms);
    }
    // The few keys all VMs share are made now, not while the first client waits.
    for (std::size_t index = 0; index < std::min(warm_vms, fleet.size()); ++index) {
        (void)fleet.at(index);
    }
    if (!options.engine.empty()) {
        options.arm.console_engine = options.engine;
        options.arm.console_engine.back() = "typed"; // where "serve" stands
        options.arm.engine_vms = options.engine_vms;
    }
    auto plane = start_arm(io, world, options.arm, options.state_directory);
    if (!plane) return std::move(plane).error();
    ready = write_ports(options, **server, *plane);
    if (!ready) return ready;
    const Signals signals(io, options, world);
    (*server)->start(world);
    std::jthread watcher;
    if (options.exit_when_stdin_closes) {
        watcher = std::jthread{[&io](const std::stop_token& stop) { watch_stdin(stop, io); }};
    }
    std::printf("ready %u\n", static_cast<unsigned>((*server)->port()));
    std::fflush(stdout);
    io.run();
    workers->stop();
    workers->join();
    for (const auto& last : world->at_end)
        last();
    world->at_end.clear(); // what stands there holds this world
    write_stats(options, *world);
    write_states(options, fleet);
    return {};
}

} // namespace simfleet
