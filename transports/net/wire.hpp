// A connected socket that is read and written without ever blocking, in clear or by TLS
// (tls_stream.hpp), with a time limit and a count of what passed.
#pragma once

#include "core/asio.hpp"
#include "core/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace rdpsweep::net {

// What one try came to: count bytes, or the socket has to become ready first, or code says why
// there will be nothing more.
struct Step {
    enum class Wants : std::uint8_t { nothing, to_read, to_write };

    std::size_t count = 0;
    Wants wants = Wants::nothing;
    boost::system::error_code code;
};

class Wire {
public:
    // Takes a connected socket.
    explicit Wire(asio::ip::tcp::socket socket);
    virtual ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    // Tries to read at most size bytes. The peer's orderly end is asio::error::eof; after close()
    // every try is why_closed().
    virtual Step read(char* to, std::size_t size) = 0;

    // Tries to write some of these bytes. Where the step wants something, the next try has to begin
    // with the same bytes, which may lie elsewhere.
    virtual Step write(const char* from, std::size_t size) = 0;

    // Closes the socket when this moment passes; a wait under way ends.
    void allow_until(Clock::time_point due);

    // Takes the time limit away.
    void allow_for_good() noexcept;

    // Closes the socket; a wait under way ends.
    void close() noexcept;

    // Returns why a wait or a try on the closed socket failed: beast::error::timeout where the time
    // limit closed it, asio::error::operation_aborted else.
    [[nodiscard]] boost::system::error_code why_closed() const noexcept;

    // Returns code, or why_closed() where it only says that the socket was closed under the wait.
    [[nodiscard]] boost::system::error_code explained(const boost::system::error_code& code
    ) const noexcept;

    // Books on an attempt the bytes that passed since it was last asked.
    void book(Attempt& attempt) noexcept;

    // Returns the socket, to wait for: async_wait(wait_for(step.wants)).
    [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return socket_; }

    [[nodiscard]] static asio::ip::tcp::socket::wait_type wait_for(Step::Wants wants) noexcept {
        using Socket = asio::ip::tcp::socket;
        return wants == Step::Wants::to_write ? Socket::wait_write : Socket::wait_read;
    }

protected:
    // Does the same on the socket itself, and counts.
    Step receive(char* to, std::size_t size) noexcept;
    Step send(const char* from, std::size_t size) noexcept;

private:
    struct Patience;

    asio::ip::tcp::socket socket_;
    std::shared_ptr<Patience> patience_; // its timer may fire when we are gone
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t booked_sent_ = 0;
    std::uint64_t booked_received_ = 0;
};

// The socket as it is.
class PlainWire final : public Wire {
public:
    using Wire::Wire;

    Step read(char* to, std::size_t size) override { return receive(to, size); }

    Step write(const char* from, std::size_t size) override { return send(from, size); }
};

} // namespace rdpsweep::net
