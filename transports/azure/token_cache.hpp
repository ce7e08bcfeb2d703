// The one token of a run: fetched once, shared by all calls, renewed before it ends.
#pragma once

#include "transports/azure/token_source.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace rdpsweep::azure {

// For one tenant and audience: its source's. On one lane.
class TokenCache {
public:
    // now: Unix seconds, our clock.
    explicit TokenCache(
        std::unique_ptr<TokenSource> source, std::function<std::int64_t()> now = unix_now
    );

    // Returns a token that is good for a while, valid until the next call. Callers that ask during
    // a fetch share it; when a renewal fails, an old token that still works is returned.
    Task<Result<const AccessToken*>> get(HostDeadline& deadline);

    // Drops the token, which ARM refused: the next get() fetches another.
    void reject() noexcept { token_.reset(); }

    [[nodiscard]] std::string describe() const { return source_->describe(); }

    static std::int64_t unix_now();

private:
    Task<Status> renew(HostDeadline& deadline);

    std::unique_ptr<TokenSource> source_;
    std::function<std::int64_t()> now_;
    std::optional<AccessToken> token_;
    std::shared_ptr<asio::steady_timer>
        fetching_; // wakes the callers that wait for a fetch; null: none runs
};

} // namespace rdpsweep::azure
