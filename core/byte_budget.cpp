// Serves those that wait for bytes in the order of what they hold, and ends the heaviest host when
// they wait too long.
#include "core/byte_budget.hpp"

#include "core/host_deadline.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace rdpsweep {

namespace {

std::string in_mib(std::size_t bytes) {
    constexpr std::size_t mib = 1u << 20, kib = 1u << 10;
    if (bytes % mib == 0) return std::to_string(bytes / mib) + " MiB";
    if (bytes % kib == 0) return std::to_string(bytes / kib) + " KiB";
    return std::to_string(bytes) + " bytes";
}

Error too_much(std::size_t most, const char* what) {
    return {Phase::run, Errc::output_limit, what + (" takes more than " + in_mib(most))};
}

Error held_most(std::size_t held, std::size_t drawn) {
    return Error(
               Phase::run,
               Errc::local_limit,
               "answers of all hosts took " + in_mib(drawn) +
                   " beyond their shares, and this "
                   "host's took most, " +
                   in_mib(held)
    )
        .with_hint("look at it alone, or with fewer --jobs: its answers are unusually large");
}

} // namespace

// A place in the line, left however the coroutine ends.
class BytePool::Place {
public:
    Place(BytePool& pool, Waiter& waiter) : pool_(pool), waiter_(waiter) {
        pool_.waiting_.push_back(&waiter_);
    }

    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    ~Place() { pool_.waiting_.remove(&waiter_); }

private:
    BytePool& pool_;
    Waiter& waiter_;
};

bool BytePool::may_begin() const noexcept {
    return waiting_.empty() && drawn_ + beyond_share(rules_.host) <= rules_.common;
}

std::size_t BytePool::beyond_share(std::size_t held) const noexcept {
    return held > rules_.share ? held - rules_.share : 0;
}

// What hosts do within their shares is no progress for those that wait.
void BytePool::book(std::size_t drawn) noexcept {
    if (drawn != drawn_) moved_ = Clock::now();
    drawn_ = drawn;
}

void BytePool::end_heaviest_if_stalled() {
    if (Clock::now() - moved_ >= rules_.patience) end_heaviest();
}

// Books more bytes of the host where there is room; false where there is none.
bool BytePool::draw(HostBytes& host, std::size_t more) noexcept {
    const auto from_common = beyond_share(host.held_ + more) - beyond_share(host.held_);
    if (from_common != 0 && drawn_ + from_common > rules_.common) return false;
    book(drawn_ + from_common);
    host.held_ += more;
    held_ += more;
    return true;
}

void BytePool::give_back(HostBytes& host, std::size_t bytes) {
    const auto before = beyond_share(host.held_);
    host.held_ -= bytes;
    held_ -= bytes;
    book(drawn_ - (before - beyond_share(host.held_)));
    if (&host == ending_ && host.held_ <= rules_.share) ending_ = nullptr;
    serve();
}

// Hosts that hold little are the many whose answers are as they should be.
void BytePool::serve() {
    while (!waiting_.empty()) {
        const auto next = std::min_element(
            waiting_.begin(),
            waiting_.end(),
            [](const Waiter* a, const Waiter* b) { return a->host.held() < b->host.held(); }
        );
        auto& waiter = **next;
        if (!draw(waiter.host, waiter.more)) return;
        waiting_.erase(next);
        waiter.served = true;
        waiter.timer.cancel();
    }
}

// One after the other: until the last one has let go, nobody can tell whether that was enough.
void BytePool::end_heaviest() {
    if (ending_ != nullptr) return;
    HostBytes* heaviest = nullptr;
    for (auto* host : hosts_) {
        if (!host->end_ || host->over_ || host->held_ <= rules_.share) continue;
        if (heaviest == nullptr || host->held_ > heaviest->held_) heaviest = host;
    }
    if (heaviest == nullptr) return;
    ending_ = heaviest;
    heaviest->over_ = held_most(heaviest->held_, drawn_);
    const auto end = heaviest->end_;
    end();
}

HostBytes::HostBytes(std::shared_ptr<BytePool> pool, ByteRules rules)
    : pool_(std::move(pool)), rules_(pool_ ? pool_->rules() : rules) {
    if (pool_) place_ = pool_->hosts_.insert(pool_->hosts_.end(), this);
}

HostBytes::~HostBytes() {
    if (!pool_) return;
    pool_->hosts_.erase(place_);
    pool_->waiting_.remove_if([this](const auto* waiter) { return &waiter->host == this; });
    if (pool_->ending_ == this) pool_->ending_ = nullptr;
}

Task<Status> HostBytes::take(std::size_t more, HostDeadline& deadline) {
    if (held_ + more > rules_.host) co_return too_much(rules_.host, "what this host answers");
    // A host that was ended keeps its share, to be left in good order.
    if (over_ && held_ + more > rules_.share) co_return Error(*over_);
    if (!pool_) {
        held_ += more;
        co_return Status();
    }
    // What fits into the host's share never waits; what does not stands in line.
    const bool first = pool_->waiting_.empty() || held_ + more <= rules_.share;
    if (first && pool_->draw(*this, more)) co_return Status();
    co_return co_await wait(more, deadline);
}

Task<Status> HostBytes::wait(std::size_t more, HostDeadline& deadline) {
    const auto pool = pool_;
    BytePool::Waiter waiter{*this, more, asio::steady_timer(deadline.executor())};
    {
        const BytePool::Place place(*pool, waiter);
        const auto guard = deadline.on_abort([&waiter] { waiter.timer.cancel(); });
        while (!waiter.served && !over_ && !deadline.expired()) {
            waiter.timer.expires_after(rules_.patience);
            boost::system::error_code stopped;
            co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
            if (!stopped && !waiter.served) pool->end_heaviest_if_stalled();
        }
    }
    if (waiter.served) co_return Status();
    pool->serve(); // it may have stood before others
    if (over_) co_return Error(*over_);
    const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
    co_return Error(
        Phase::run,
        code,
        "the host's time was over before there was room for its answer: answers of all hosts "
        "took " +
            in_mib(rules_.common)
    );
}

void HostBytes::give_back(std::size_t bytes) {
    if (pool_) return pool_->give_back(*this, bytes);
    held_ -= bytes;
}

void HeldBytes::swap(HeldBytes& other) noexcept {
    host_.swap(other.host_);
    std::swap(most_, other.most_);
    std::swap(bytes_, other.bytes_);
}

Task<Status> HeldBytes::hold(std::size_t bytes, HostDeadline& deadline) {
    if (bytes <= bytes_ || host_ == nullptr) {
        settle(bytes);
        co_return Status();
    }
    if (bytes > most_) co_return too_much(most_, "one answer");
    auto taken = co_await host_->take(bytes - bytes_, deadline);
    if (taken) bytes_ = bytes;
    co_return taken;
}

void HeldBytes::settle(std::size_t bytes) noexcept {
    if (bytes >= bytes_) return;
    host_->give_back(bytes_ - bytes);
    bytes_ = bytes;
}

} // namespace rdpsweep
