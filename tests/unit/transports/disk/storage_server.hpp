// A storage on loopback that answers each request as a test says, and the disk behind it.
#pragma once

#include "core/resolver.hpp"
#include "core/spawn.hpp"
#include "tests/support/run_task.hpp"
#include "transports/disk/sas_blocks.hpp"

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rdpsweep::test {

inline const std::string signature = "c2lnbmF0dXJlLW9mLXRoZS10ZXN0";
inline const std::string blob_path = "/disks/os.vhd";

struct Reply {
    std::string bytes;
    bool close = false; // the connection, behind them
};

using Answer = std::function<Reply(const std::string& request)>;

class StorageServer {
public:
    StorageServer(const asio::any_io_executor& lane, Answer answer)
        : state_(std::make_shared<State>(lane, std::move(answer))) {
        spawn(lane, accept(state_));
    }

    StorageServer(const StorageServer&) = delete;
    StorageServer& operator=(const StorageServer&) = delete;

    ~StorageServer() {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
        for (const auto& client : state_->clients)
            client->close(ignored);
    }

    [[nodiscard]] std::string place() const {
        return "127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
    }

    [[nodiscard]] std::string url(const std::string& sig = signature) const {
        return "http://" + place() + blob_path + "?sv=2024-11-04&sp=r&sig=" + sig;
    }

    [[nodiscard]] const std::vector<std::string>& requests() const { return state_->requests; }

    [[nodiscard]] std::size_t connections() const { return state_->clients.size(); }

private:
    using Socket = asio::ip::tcp::socket;

    struct State {
        State(const asio::any_io_executor& lane, Answer how)
            : acceptor(lane, {asio::ip::address_v4::loopback(), 0}), answer(std::move(how)) {}

        asio::ip::tcp::acceptor acceptor;
        Answer answer;
        std::vector<std::shared_ptr<Socket>> clients;
        std::vector<std::string> requests;
    };

    static Task<void> accept(std::shared_ptr<State> state) {
        for (;;) {
            auto client = std::make_shared<Socket>(state->acceptor.get_executor());
            boost::system::error_code code;
            co_await state->acceptor.async_accept(
                *client, asio::redirect_error(asio::use_awaitable, code)
            );
            if (code) co_return;
            state->clients.push_back(client);
            spawn(state->acceptor.get_executor(), serve(state, client));
        }
    }

    static Task<void> serve(std::shared_ptr<State> state, std::shared_ptr<Socket> client) {
        std::string buffer;
        boost::system::error_code code;
        for (;;) {
            auto into = asio::dynamic_buffer(buffer);
            const auto length = co_await asio::async_read_until(
                *client, into, "\r\n\r\n", asio::redirect_error(asio::use_awaitable, code)
            );
            if (code) co_return;
            state->requests.push_back(buffer.substr(0, length));
            buffer.erase(0, length);
            const auto reply = state->answer(state->requests.back());
            const auto bytes = asio::buffer(reply.bytes);
            co_await asio::async_write(
                *client, bytes, asio::redirect_error(asio::use_awaitable, code)
            );
            if (reply.close) client->close(code);
            if (reply.close || code) co_return;
        }
    }

    std::shared_ptr<State> state_;
};

// Returns a disk's bytes, no two sectors alike.
inline std::string disk_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t at = 0; at < size; ++at)
        bytes[at] = static_cast<char>(at * 31 + at / 512);
    return bytes;
}

// Returns an answer that stands by itself: no body, or that one.
inline std::string answer_of(
    const std::string& status, const std::string& headers = "", const std::string& body = ""
) {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Returns the answer of a storage that has that disk.
inline std::string range_of(
    const std::string& disk, const std::string& request, const std::string& etag = "\"0x8D\""
) {
    std::uint64_t first = 0, last = 0;
    const auto at = request.find("Range: bytes=");
    if (std::sscanf(request.c_str() + at, "Range: bytes=%lu-%lu", &first, &last) != 2) return "";
    last = std::min<std::uint64_t>(last, disk.size() - 1);
    return answer_of(
        "206 Partial Content",
        "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
            std::to_string(disk.size()) + "\r\nETag: " + etag + "\r\n",
        disk.substr(first, last - first + 1)
    );
}

// Gives one URL after the other; the last one as often as it is asked for.
class SasList final : public disk::SasSource {
public:
    explicit SasList(std::vector<std::string> urls) : urls_(std::move(urls)) {}

    Task<Result<Secret>> url(bool again, HostDeadline&) override {
        if (again) ++renewals;
        const auto at = std::min<std::size_t>(renewals, urls_.size() - 1);
        co_return Secret(std::string(urls_[at]));
    }

    std::size_t renewals = 0;

private:
    std::vector<std::string> urls_;
};

// What became of a disk that was read.
struct SasRead {
    std::optional<Error> error;
    std::uint64_t size = 0;
    std::string bytes;
    std::vector<Message> notes;
    std::vector<std::string> requests;
    std::size_t connections = 0;
    std::size_t renewals = 0;
    Attempt attempt;
};

} // namespace rdpsweep::test
