// Runs getaddrinfo() on threads of its own and shares an answer among all that ask for the same
// name.
#include "core/resolver.hpp"

#include "core/limits.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <sys/socket.h>
#include <thread>

namespace rdpsweep {

namespace {

using Addresses = std::vector<asio::ip::address>;

asio::ip::address address_of(const addrinfo& entry) {
    if (entry.ai_family == AF_INET) {
        asio::ip::address_v4::bytes_type bytes{};
        const auto* in = reinterpret_cast<const sockaddr_in*>(entry.ai_addr);
        std::memcpy(bytes.data(), &in->sin_addr, bytes.size());
        return asio::ip::address_v4(bytes);
    }
    asio::ip::address_v6::bytes_type bytes{};
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(entry.ai_addr);
    std::memcpy(bytes.data(), &in6->sin6_addr, bytes.size());
    return asio::ip::address_v6(bytes, in6->sin6_scope_id);
}

Result<Addresses> look_up(const std::string& name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int code = getaddrinfo(name.c_str(), nullptr, &hints, &list);
    if (code != 0) {
        const auto errc = code == EAI_AGAIN ? Errc::timed_out : Errc::name_not_found;
        return Error(Phase::resolve, errc, "the name could not be resolved")
            .with_native("getaddrinfo: " + std::string(gai_strerror(code)))
            .with_hint("check the name and /etc/resolv.conf, or give an IP address");
    }
    Addresses found;
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
        found.push_back(address_of(*entry));
    }
    freeaddrinfo(list);
    if (found.empty()) {
        return Error(Phase::resolve, Errc::name_not_found, "the name has no address");
    }
    return found;
}

// One name's lookup, shared by everything that waits for it.
struct Lookup {
    std::optional<Result<Addresses>> answer;
    std::vector<std::pair<asio::any_io_executor, std::weak_ptr<asio::steady_timer>>> waiters;
};

} // namespace

struct Resolver::State : std::enable_shared_from_this<State> {
    std::mutex mutex;
    std::condition_variable work;
    std::deque<std::string> queue;
    std::map<std::string, std::shared_ptr<Lookup>> lookups;
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool stopping = false;

    // Called with the mutex held.
    void ask(const std::string& name) {
        queue.push_back(name);
        if (idle == 0 && threads < limits::resolver_threads) {
            ++threads;
            std::thread([self = shared_from_this()] { self->serve(); }).detach();
        }
        work.notify_one();
    }

    void serve() {
        std::unique_lock lock(mutex);
        for (;;) {
            ++idle;
            work.wait(lock, [this] { return stopping || !queue.empty(); });
            --idle;
            if (stopping) return;
            const auto name = queue.front();
            queue.pop_front();
            lock.unlock();
            auto answer = look_up(name);
            lock.lock();
            const auto lookup = lookups.at(name);
            // "Try again" is no answer worth remembering.
            if (!answer && answer.error().code() == Errc::timed_out) lookups.erase(name);
            publish(*lookup, std::move(answer));
        }
    }

    static void publish(Lookup& lookup, Result<Addresses> answer) {
        lookup.answer = std::move(answer);
        for (auto& [executor, timer] : lookup.waiters) {
            asio::post(executor, [timer = std::move(timer)] {
                if (const auto waiting = timer.lock()) waiting->cancel();
            });
        }
        lookup.waiters.clear();
    }
};

Resolver::Resolver() : state_(std::make_shared<State>()) {}

Resolver::~Resolver() {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->work.notify_all();
    for (auto& [name, lookup] : state_->lookups)
        lookup->waiters.clear();
}

Task<Result<std::vector<asio::ip::address>>>
Resolver::resolve(std::string name, HostDeadline& deadline) {
    boost::system::error_code literal_error;
    const auto literal = asio::ip::make_address(name, literal_error);
    if (!literal_error) co_return Addresses(1, literal);

    const auto until = std::min(deadline.at(), Clock::now() + limits::resolve);
    auto timer = std::make_shared<asio::steady_timer>(deadline.executor(), until);
    std::shared_ptr<Lookup> lookup;
    {
        const std::lock_guard lock(state_->mutex);
        auto& slot = state_->lookups[name];
        if (!slot) {
            slot = std::make_shared<Lookup>();
            state_->ask(name);
        }
        lookup = slot;
        if (lookup->answer) co_return *lookup->answer;
        lookup->waiters.emplace_back(deadline.executor(), timer);
    }
    boost::system::error_code ignored;
    {
        const auto guard = deadline.on_abort([timer] { timer->cancel(); });
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    const std::lock_guard lock(state_->mutex);
    if (lookup->answer) co_return *lookup->answer;
    const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
    co_return Error(Phase::resolve, code, "the name server did not answer in time")
        .with_hint("give an IP address in the inventory, or set RES_OPTIONS='timeout:2 attempts:1'"
        );
}

} // namespace rdpsweep
