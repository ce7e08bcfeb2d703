// One HTTPS exchange with Azure: the only thing the rest of transports/azure knows of its library.
#pragma once

#include "core/byte_budget.hpp"
#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep::azure {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct RestRequest {
    std::string method = "GET";
    std::string url;
    Headers headers;
    std::string body;
    // May reach the server twice without harm. What may not gets a connection of its own: a kept
    // one that dies under it makes the library send it again.
    bool repeatable = true;
    bool direct = false; // never through a proxy: the metadata services of the machine itself
    std::size_t most_bytes = limits::azure_bytes;    // of the answer's body
    Clock::duration step = std::chrono::seconds(30); // without a byte from the server
};

struct RestAnswer {
    unsigned status = 0;
    Headers headers; // names in lower case
    std::string body;
    std::shared_ptr<HeldBytes> held = {}; // what the body takes; null: nobody counts

    // Returns the first of that lower-case name; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
};

class Rest {
public:
    virtual ~Rest() = default;

    // Sends a request and returns the answer, whatever its status; redirects are not followed (they
    // would carry the token to another host). Error{connect or http, ...} without one: timed_out
    // when the deadline passed first.
    virtual Task<Result<RestAnswer>> send(RestRequest request, HostDeadline& deadline) = 0;
};

// Makes the exchange by cpprestsdk. ca_file: trusted instead of the system's CAs; empty: those.
// Proxies come from the environment, as azure/proxy.hpp reads it.
std::unique_ptr<Rest> make_rest(std::string ca_file);

} // namespace rdpsweep::azure
