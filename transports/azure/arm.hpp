// Azure Resource Manager: reading JSON as somebody, within the quotas, with patience.
#pragma once

#include "transports/azure/cloud.hpp"
#include "transports/azure/rest.hpp"
#include "transports/azure/throttle.hpp"
#include "transports/azure/token_cache.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace rdpsweep::azure {

// One element of a list's `value`.
using VisitRow = std::function<void(const nlohmann::json& row)>;

// On one lane; its parts must outlive it.
class Arm {
public:
    Arm(Rest& rest, TokenCache& tokens, const Cloud& cloud)
        : rest_(rest), tokens_(tokens), cloud_(cloud) {}

    // Sends GET and returns the answer's JSON, of at most limits::azure_bytes. path:
    // "/subscriptions/...?api-version=...", or a whole link that ARM gave; one that leads to
    // another host is Error{inventory, blocked_by_policy}: our token would go there. A failure
    // after the retries that make sense: Error{inventory, ...}, or how the connection failed.
    Task<Result<nlohmann::json>> get_json(std::string path, HostDeadline& deadline);

    // Does the same with an answer of at most limits::question_bytes: a subnet names everything in
    // it, a security group all of its rules.
    Task<Result<nlohmann::json>> get_large_json(std::string path, HostDeadline& deadline);

    // Sends GET and returns the answer as it came: any status from 200 to 299.
    Task<Result<RestAnswer>> get(std::string path, HostDeadline& deadline);

    // Sends POST, which starts something. It is sent again only where Azure said that it did
    // nothing (401, 429); a lost answer is Error{run, ...}, for it may have been begun. Any other
    // status is given as it came.
    Task<Result<RestAnswer>> post(std::string path, std::string body, HostDeadline& deadline);

    // Sends PUT, which makes something under a name of ours. It is sent again after a lost answer:
    // a second time changes nothing.
    Task<Result<RestAnswer>> put(std::string path, std::string body, HostDeadline& deadline);

    // Sends DELETE. It is sent again after a lost answer: a second time nothing is there (204,
    // 404).
    Task<Result<RestAnswer>> remove(std::string path, HostDeadline& deadline);

    // Sends what a second time changes nothing (PUT and DELETE of what has a name of ours, POST of
    // an action that only gives or ends access): again while Azure is in trouble, or where the
    // answer is lost. Any status that is left in the end.
    Task<Result<RestAnswer>>
    insist(const char* method, std::string path, std::string body, HostDeadline& deadline);

    // Gets the body behind a signed address that ARM gave, which gets no token of ours.
    Task<Result<std::string>>
    get_signed(const Secret& link, std::size_t most, HostDeadline& deadline);

    // Sends POST with a question, which changes nothing (Resource Graph), and returns the JSON.
    Task<Result<nlohmann::json>>
    post_query(std::string path, std::string body, std::string quota_key, HostDeadline& deadline);

    // Visits every row of every page, following nextLink as it is written. Error{inventory,
    // output_limit} beyond limits::azure_list_bytes, protocol_violation for page after page without
    // a row.
    Task<Status> list(std::string path, VisitRow visit, HostDeadline& deadline);

    [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

    // Tells whether Azure said that its answer leaves out subscriptions (it looks at 10,000).
    [[nodiscard]] bool left_out() const noexcept { return left_out_; }

    // Describes the account that asks.
    [[nodiscard]] std::string describe() const { return tokens_.describe(); }

    // Returns a copy of our token, for the gateway of a serial console: nobody else may get it.
    Task<Result<Secret>> console_token(HostDeadline& deadline);

    // Sends an order to the gateway of an open console (NMI, reset): only ever a person's. url: of
    // a host that serial::read_gateway() let through. Any status.
    Task<Result<RestAnswer>>
    order_gateway(std::string url, std::string body, HostDeadline& deadline);

    [[nodiscard]] const Cloud& cloud() const noexcept { return cloud_; }

private:
    struct Call {
        RestRequest request;
        std::string key;
        Quota quota;
    };

    Call write_call(const char* method, const std::string& path, std::string body) const;
    Task<Result<RestAnswer>> write(Call call, HostDeadline& deadline);
    Task<Result<RestAnswer>> perform(Call call, HostDeadline& deadline);
    Task<Result<RestAnswer>> persist(Call call, HostDeadline& deadline);
    Task<Result<RestAnswer>> get_page(std::string path, HostDeadline& deadline);
    Task<Result<RestAnswer>> get_most(std::string path, std::size_t most, HostDeadline& deadline);
    Task<Result<RestAnswer>> send_held(RestRequest request, HostDeadline& deadline);
    Task<Result<RestAnswer>> send_once(const Call& call, HostDeadline& deadline);
    Result<std::string> url_of(const std::string& path) const;

    Rest& rest_;
    TokenCache& tokens_;
    const Cloud& cloud_;
    Throttle throttle_;
    std::size_t calls_ = 0;
    bool left_out_ = false;
};

} // namespace rdpsweep::azure
