// Drives a libssh session by Asio's readiness: libssh is asked to do what it can without waiting,
// and then we wait for it.
#include "tests/simfleet/ssh/ssh_face.hpp"

#include "core/text.hpp"
#include "tests/simfleet/ssh/ssh_command.hpp"
#include "tests/simfleet/ssh/ssh_host.hpp"
#include "tests/simfleet/ssh/ssh_tunnel.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/winrm/peer_stream.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <array>
#include <unistd.h>
#include <vector>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Clock;
using rdpsweep::Task;

namespace {

constexpr std::size_t most_channels = 10; // MaxSessions of sshd_config(5)
constexpr int turns_at_once = 32;

// "DOM\user", "user@REALM" or "user": the user.
std::string account_of(std::string_view name) {
    if (const auto slash = name.find('\\'); slash != std::string_view::npos) {
        name.remove_prefix(slash + 1);
    }
    return std::string{name.substr(0, name.find('@'))};
}

class Peer : public std::enable_shared_from_this<Peer> {
public:
    Peer(
        int descriptor,
        const asio::any_io_executor& executor,
        std::shared_ptr<World> world,
        const Vm& vm
    )
        : world_(std::move(world)), vm_(vm), session_(world_->ssh->accept(descriptor)),
          readiness_(executor), alarm_(executor) {
        if (session_ == nullptr) {
            ::close(descriptor);
            return;
        }
        readiness_.assign(::dup(descriptor)); // libssh closes its own
        callbacks_.userdata = this;
        callbacks_.auth_password_function = on_password;
        callbacks_.auth_pubkey_function = on_key;
        callbacks_.channel_open_request_session_function = on_open;
        ssh_callbacks_init(&callbacks_);
        ssh_set_server_callbacks(session_, &callbacks_);
        ssh_set_message_callback(session_, on_message, this);
        ssh_set_auth_methods(session_, SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_PUBLICKEY);
        event_ = ssh_event_new();
    }

    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    ~Peer() {
        for (const auto& tunnel : tunnels_)
            tunnel->stop();
        commands_.clear();
        if (added_) ssh_event_remove_session(event_, session_);
        if (event_ != nullptr) ssh_event_free(event_);
        if (session_ != nullptr) ssh_free(session_);
    }

    Task<void> serve() {
        if (session_ == nullptr) co_return;
        for (;;) {
            const bool agreed = exchange_keys();
            if (failed_) break;
            if (!agreed) {
                co_await wait(Clock::time_point::max());
                continue;
            }
            if (vm_.wire.ssh == SshManner::stalls) co_await sleep_until_gone();
            if (vm_.wire.ssh == SshManner::stalls || !carry_on()) break;
            co_await wait(next());
        }
    }

private:
    static Peer& peer(void* self) { return *static_cast<Peer*>(self); }

    static int on_password(ssh_session, const char* user, const char* password, void* self) {
        auto& me = peer(self);
        const auto& policy = me.world_->policy;
        const bool right = rdpsweep::iequals(account_of(user), policy.user) &&
                           policy.password == password &&
                           me.vm_.wire.manner != Manner::bad_password;
        return me.judge(right, "ssh password");
    }

    static int on_key(ssh_session, const char* user, ssh_key_struct* key, char state, void* self) {
        auto& me = peer(self);
        const bool right = rdpsweep::iequals(account_of(user), me.world_->policy.user) &&
                           me.world_->ssh->is_account_key(key) &&
                           me.vm_.wire.manner != Manner::bad_password;
        // First the client only asks whether the key would do.
        if (right && state == SSH_PUBLICKEY_STATE_NONE) return SSH_AUTH_SUCCESS;
        return me.judge(right && state == SSH_PUBLICKEY_STATE_VALID, "ssh key");
    }

    int judge(bool right, const char* mechanism) {
        if (right) {
            world_->stats.authenticated(mechanism, true);
            return SSH_AUTH_SUCCESS;
        }
        world_->stats.refused_credentials(vm_.index, mechanism, "");
        return SSH_AUTH_DENIED;
    }

    static ssh_channel on_open(ssh_session session, void* self) {
        auto& me = peer(self);
        if (me.commands_.size() >= most_channels) return nullptr;
        const auto channel = ssh_channel_new(session);
        if (channel == nullptr) return nullptr;
        me.world_->stats.request(me.vm_.index, "ssh session");
        me.commands_.push_back(std::make_shared<SshCommand>(channel, me.world_, me.vm_, me.waker())
        );
        return channel;
    }

    // 1: libssh shall refuse it.
    static int on_message(ssh_session, ssh_message message, void* self) {
        auto& me = peer(self);
        const bool tunnel = ssh_message_type(message) == SSH_REQUEST_CHANNEL_OPEN &&
                            ssh_message_subtype(message) == SSH_CHANNEL_DIRECT_TCPIP;
        return tunnel && me.open_tunnel(message) ? 0 : 1;
    }

    bool open_tunnel(ssh_message message) {
        const std::string_view host = ssh_message_channel_request_open_destination(message);
        const auto port = world_->ssh->rdp_port();
        const auto inside = vm_.state->registry.dword(paths::rdp_tcp, "PortNumber").value_or(3389);
        const auto asked = ssh_message_channel_request_open_destination_port(message);
        const bool ours = host == "127.0.0.1" && asked == static_cast<int>(inside) && port != 0 &&
                          vm_.wire.rdp_outside && tunnels_.size() < most_channels;
        if (!ours) return false;
        const auto channel = ssh_message_channel_request_open_reply_accept(message);
        if (channel == nullptr) return false;
        auto tunnel = std::make_shared<SshTunnel>(channel, alarm_.get_executor(), waker());
        tunnel->start({asio::ip::make_address_v4(vm_.address), port});
        tunnels_.push_back(std::move(tunnel));
        return true;
    }

    std::function<void()> waker() {
        return [self = weak_from_this()] {
            if (const auto me = self.lock()) me->wake();
        };
    }

    void wake() {
        due_ = true;
        alarm_.cancel();
    }

    // True when it is done.
    bool exchange_keys() {
        if (added_) return true;
        const int result = ssh_handle_key_exchange(session_);
        failed_ = result == SSH_ERROR;
        if (result != SSH_OK) return false;
        added_ = ssh_event_add_session(event_, session_) == SSH_OK;
        failed_ = !added_;
        return added_;
    }

    // False when the connection is of no use any more.
    bool carry_on() {
        due_ = false;
        for (int turn = 0; turn < turns_at_once; ++turn) {
            const int result = ssh_event_dopoll(event_, 0);
            if (result == SSH_ERROR) return false;
            for (const auto& command : commands_) {
                command->flush();
                if (command->cut()) return false;
            }
            for (const auto& tunnel : tunnels_)
                tunnel->flush();
            if (result == SSH_AGAIN) break;
            due_ = turn + 1 == turns_at_once;
        }
        return ssh_is_connected(session_) == 1;
    }

    Clock::time_point next() const {
        auto first = due_ ? Clock::now() : Clock::time_point::max();
        for (const auto& command : commands_)
            first = std::min(first, command->next());
        return first;
    }

    Task<void> wait(Clock::time_point until) {
        const auto self = shared_from_this();
        alarm_.expires_at(until);
        const auto ready = [self](boost::system::error_code error) {
            if (error != asio::error::operation_aborted) self->alarm_.cancel();
        };
        readiness_.async_wait(asio::posix::stream_descriptor::wait_read, ready);
        if ((ssh_get_poll_flags(session_) & SSH_WRITE_PENDING) != 0) {
            readiness_.async_wait(asio::posix::stream_descriptor::wait_write, ready);
        }
        boost::system::error_code ignored;
        co_await alarm_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        readiness_.cancel(ignored);
    }

    // Answers nothing any more.
    Task<void> sleep_until_gone() {
        std::array<char, 1024> unheard;
        boost::system::error_code gone;
        while (!gone) {
            co_await readiness_.async_read_some(
                asio::buffer(unheard), asio::redirect_error(asio::use_awaitable, gone)
            );
        }
    }

    std::shared_ptr<World> world_;
    const Vm& vm_;
    ssh_session session_;
    ssh_event event_ = nullptr;
    ssh_server_callbacks_struct callbacks_{};
    asio::posix::stream_descriptor readiness_;
    asio::steady_timer alarm_;
    std::vector<std::shared_ptr<SshCommand>> commands_;
    std::vector<std::shared_ptr<SshTunnel>> tunnels_;
    bool added_ = false;
    bool failed_ = false;
    bool due_ = false;
};

} // namespace

Task<void> serve_ssh(asio::ip::tcp::socket socket, std::shared_ptr<World> world, const Vm* vm) {
    world->stats.request(vm->index, "ssh");
    const auto executor = socket.get_executor();
    if (vm->wire.ssh == SshManner::mute) {
        PeerStream stream(std::move(socket), nullptr);
        co_await stream.ignore_peer();
        co_return;
    }
    socket.native_non_blocking(true);
    const auto peer = std::make_shared<Peer>(socket.release(), executor, world, *vm);
    co_await peer->serve();
}

} // namespace simfleet
