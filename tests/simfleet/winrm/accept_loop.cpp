// The accept loop of all faces: those of the VMs and those of Azure's control plane.
#include "tests/simfleet/winrm/accept_loop.hpp"

#include <chrono>

namespace simfleet {

namespace asio = rdpsweep::asio;

rdpsweep::Task<void> accept_each(
    std::shared_ptr<asio::ip::tcp::acceptor> acceptor,
    std::function<void(asio::ip::tcp::socket)> serve
) {
    const auto executor = co_await asio::this_coro::executor;
    for (;;) {
        boost::system::error_code ec;
        asio::ip::tcp::socket socket =
            co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted) co_return;
        if (!ec) {
            serve(std::move(socket));
            continue;
        }
        asio::steady_timer timer(executor, std::chrono::milliseconds{50});
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
}

} // namespace simfleet
