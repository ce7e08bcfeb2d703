// A ByteStream over a TCP socket.
#pragma once

#include "core/host_deadline.hpp"
#include "core/idle_exchanges.hpp"
#include "transports/rdp/byte_stream.hpp"

#include <memory>

namespace rdpsweep::rdp {

class TcpStream final : public ByteStream {
public:
    // Each write and read may take step, and none goes on after deadline has passed, which must
    // outlive the stream.
    TcpStream(asio::ip::tcp::socket socket, HostDeadline& deadline, Clock::duration step);
    ~TcpStream() override;

    Task<StreamEnd> write(std::string bytes) override;
    Task<Received> read(char* buffer, std::size_t size) override;

private:
    [[nodiscard]] StreamEnd end_of(const boost::system::error_code& code) const;
    void start_clock();
    void stop_clock();

    asio::ip::tcp::socket socket_;
    HostDeadline& deadline_;
    Clock::duration step_;
    IdleExchanges reads_{trickle};
    // Owned next to the socket: the handler of a timer that has fired must not find us gone.
    struct Watch;
    std::shared_ptr<Watch> watch_;
    HostDeadline::Guard guard_;
};

} // namespace rdpsweep::rdp
