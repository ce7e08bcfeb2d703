// Two directions, each as fast as its reader.
#include "tests/simfleet/ssh/ssh_tunnel.hpp"

#include <boost/asio/write.hpp>

#include <array>

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Task;

namespace {

SshTunnel& tunnel(void* self) {
    return *static_cast<SshTunnel*>(self);
}

} // namespace

SshTunnel::SshTunnel(
    ssh_channel channel, asio::any_io_executor executor, std::function<void()> wake
)
    : channel_(channel), socket_(std::move(executor)), wake_(std::move(wake)) {
    callbacks_.userdata = this;
    callbacks_.channel_data_function = on_data;
    callbacks_.channel_eof_function = on_eof;
    ssh_callbacks_init(&callbacks_);
    ssh_set_channel_callbacks(channel_, &callbacks_);
}

SshTunnel::~SshTunnel() = default;

void SshTunnel::start(const asio::ip::tcp::endpoint& to) {
    asio::co_spawn(
        socket_.get_executor(),
        [self = shared_from_this(), to] { return self->read_all(to); },
        asio::detached
    );
}

void SshTunnel::stop() {
    if (channel_ != nullptr) ssh_remove_channel_callbacks(channel_, &callbacks_);
    channel_ = nullptr;
    boost::system::error_code ignored;
    socket_.close(ignored);
}

int SshTunnel::on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int, void* self) {
    auto& me = tunnel(self);
    me.to_vm_.append(static_cast<const char*>(data), size);
    if (me.connected_ && !me.writing_) {
        me.writing_ = true;
        asio::co_spawn(
            me.socket_.get_executor(),
            [held = me.shared_from_this()] { return held->write_all(); },
            asio::detached
        );
    }
    return static_cast<int>(size);
}

void SshTunnel::on_eof(ssh_session, ssh_channel, void* self) {
    auto& me = tunnel(self);
    boost::system::error_code ignored;
    if (me.connected_) me.socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

Task<void> SshTunnel::read_all(asio::ip::tcp::endpoint to) {
    const auto self = shared_from_this();
    boost::system::error_code failed;
    co_await socket_.async_connect(to, asio::redirect_error(asio::use_awaitable, failed));
    connected_ = !failed;
    if (connected_ && !to_vm_.empty() && !writing_) {
        writing_ = true;
        asio::co_spawn(
            socket_.get_executor(), [self] { return self->write_all(); }, asio::detached
        );
    }
    std::array<char, 4096> buffer;
    while (!failed && channel_ != nullptr) {
        const auto count = co_await socket_.async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, failed)
        );
        to_client_.append(buffer.data(), count);
        if (count != 0) wake_();
    }
    over_ = true;
    wake_();
}

Task<void> SshTunnel::write_all() {
    const auto self = shared_from_this();
    boost::system::error_code failed;
    while (!failed && !to_vm_.empty()) {
        std::string bytes;
        bytes.swap(to_vm_);
        co_await asio::async_write(
            socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failed)
        );
    }
    writing_ = false;
}

void SshTunnel::flush() {
    if (channel_ == nullptr || closed_) return;
    while (!to_client_.empty()) {
        const int wrote = ssh_channel_write(
            channel_, to_client_.data(), static_cast<std::uint32_t>(to_client_.size())
        );
        if (wrote <= 0) return;
        to_client_.erase(0, static_cast<std::size_t>(wrote));
    }
    if (!over_) return;
    closed_ = true;
    ssh_channel_send_eof(channel_);
    ssh_channel_close(channel_);
}

} // namespace simfleet
