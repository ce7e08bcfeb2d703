// Sends requests to Resource Manager: with a token, within the quotas, again where that is safe.
#include "transports/azure/arm.hpp"

#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>
#include <random>

namespace rdpsweep::azure {

namespace {

using namespace std::chrono_literals;

constexpr int most_tries = 5;

// Returns where Azure counts calls of a path: its subscription; "tenant" without one.
std::string quota_place_of(const std::string& path) {
    const auto folded = ascii_lower(path);
    constexpr std::string_view sign = "/subscriptions/";
    const auto at = folded.find(sign);
    if (at == std::string::npos) return "tenant";
    const auto id = folded.substr(at + sign.size());
    return id.substr(0, id.find_first_of("/?"));
}

// A request that starts something and whose answer is lost: nobody may simply send it again.
Error may_have_begun(Error error) {
    const bool before = error.phase() == Phase::resolve || error.phase() == Phase::connect ||
                        error.phase() == Phase::tls || error.phase() == Phase::authenticate ||
                        error.phase() == Phase::config;
    if (before) return error;
    return std::move(error)
        .in_phase(Phase::run)
        .with_hint(
            "the answer was lost: what was asked for may have begun; wait before you repeat it"
        );
}

// Returns 1, 2, 4, 8 seconds, or what the server asks for; up to a second more, so that many do not
// come back at once. A retry before the time that the server gave starts it anew.
Clock::duration pause_before(int tries, const RestAnswer* answer) {
    static std::minstd_rand random{std::random_device{}()};
    const auto jitter = std::chrono::milliseconds(random() % 1000);
    const auto own = std::chrono::seconds(1LL << std::min(tries, 3));
    const auto asked = answer == nullptr ? std::nullopt : asked_pause(*answer);
    if (!asked) return own + jitter;
    return std::max<Clock::duration>(*asked, 1s) + jitter;
}

bool is_passing(unsigned status) {
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

Error gave_up() {
    return {Phase::inventory, Errc::timed_out, "Azure's answers took too long altogether"};
}

} // namespace

Result<std::string> Arm::url_of(const std::string& path) const {
    if (path.starts_with('/')) return cloud_.arm + path;
    if (is_arm_link(cloud_, path)) return path;
    return Error(
        Phase::inventory,
        Errc::blocked_by_policy,
        "Azure's answer leads to another host: " + foreign_text(path, 120)
    );
}

Task<Result<nlohmann::json>> Arm::get_json(std::string path, HostDeadline& deadline) {
    auto answer = co_await get(std::move(path), deadline);
    if (!answer) co_return std::move(answer).error();
    co_return parse_json(answer->body, Phase::inventory);
}

Task<Result<RestAnswer>> Arm::get(std::string path, HostDeadline& deadline) {
    co_return co_await get_most(std::move(path), limits::azure_bytes, deadline);
}

Task<Result<RestAnswer>> Arm::get_most(std::string path, std::size_t most, HostDeadline& deadline) {
    auto url = url_of(path);
    if (!url) co_return std::move(url).error();
    Call call;
    call.request.most_bytes = most;
    call.request.url = std::move(*url);
    call.key = "read:" + quota_place_of(path);
    call.quota = quotas::arm_reads;
    co_return co_await perform(std::move(call), deadline);
}

Arm::Call Arm::write_call(const char* method, const std::string& path, std::string body) const {
    Call call;
    call.request.method = method;
    call.request.url = cloud_.arm + path;
    call.request.body = std::move(body);
    call.request.headers.emplace_back("Content-Type", "application/json");
    const bool removes = call.request.method == "DELETE"; // counted apart
    call.key = (removes ? "delete:" : "write:") + quota_place_of(path);
    call.quota = quotas::arm_writes;
    return call;
}

// Sends again only where Azure said that it did nothing (401, 429).
Task<Result<RestAnswer>> Arm::write(Call call, HostDeadline& deadline) {
    bool renewed = false;
    for (int tries = 0;; ++tries) {
        auto answer = co_await send_once(call, deadline);
        if (!answer) co_return std::move(answer).error();
        if (answer->status == 401 && !std::exchange(renewed, true)) {
            tokens_.reject();
            continue;
        }
        if (answer->status != 429 || tries + 1 >= most_tries) co_return answer;
        throttle_.pause(call.key, pause_before(tries, &*answer));
    }
}

Task<Result<RestAnswer>> Arm::post(std::string path, std::string body, HostDeadline& deadline) {
    auto call = write_call("POST", path, std::move(body));
    call.request.repeatable = false;
    auto answer = co_await write(std::move(call), deadline);
    if (!answer) co_return may_have_begun(std::move(answer).error());
    co_return answer;
}

Task<Result<RestAnswer>> Arm::put(std::string path, std::string body, HostDeadline& deadline) {
    auto call = write_call("PUT", path, std::move(body));
    auto answer = co_await write(std::move(call), deadline);
    co_return answer;
}

Task<Result<RestAnswer>> Arm::remove(std::string path, HostDeadline& deadline) {
    auto call = write_call("DELETE", path, {});
    auto answer = co_await write(std::move(call), deadline);
    co_return answer;
}

Task<Result<std::string>>
Arm::get_signed(const Secret& link, std::size_t most, HostDeadline& deadline) {
    RestRequest request;
    request.url = link.reveal();
    request.most_bytes = most;
    request.repeatable = false; // its connection is of no use to others
    ++calls_;
    auto answer = co_await send_held(std::move(request), deadline);
    if (!answer) co_return std::move(answer).error();
    if (answer->status == 200) co_return std::move(answer->body);
    co_return Error(Phase::inventory, Errc::access_denied, "the signed address was refused")
        .with_native("HTTP " + std::to_string(answer->status));
}

Task<Result<Secret>> Arm::console_token(HostDeadline& deadline) {
    auto token = co_await tokens_.get(deadline);
    if (!token) co_return std::move(token).error();
    co_return Secret(std::string((*token)->value.reveal()));
}

Task<Result<RestAnswer>>
Arm::order_gateway(std::string url, std::string body, HostDeadline& deadline) {
    Call call;
    call.request.method = "POST";
    call.request.url = std::move(url);
    call.request.body = std::move(body);
    call.request.headers.emplace_back("Content-Type", "application/json");
    call.request.repeatable = false;
    call.key = "gateway";
    call.quota = quotas::arm_writes;
    co_return co_await send_once(call, deadline);
}

// The library collects an answer on threads of its own: so there has to be room for all that it may
// take before it is asked for; afterwards it stands for what came.
Task<Result<RestAnswer>> Arm::send_held(RestRequest request, HostDeadline& deadline) {
    // A visit may hold something already: then the answer may take what is left, if that is worth
    // asking for.
    constexpr std::size_t least = 64u << 10;
    const auto left = deadline.bytes() ? deadline.bytes()->left() : request.most_bytes;
    request.most_bytes = std::min(request.most_bytes, std::max(left, least));
    auto held = std::make_shared<HeldBytes>(deadline.bytes(), request.most_bytes);
    auto room = co_await held->hold(request.most_bytes, deadline);
    if (!room) co_return std::move(room).error().in_phase(Phase::http);
    auto answer = co_await rest_.send(std::move(request), deadline);
    if (!answer) co_return answer;
    held->settle(answer->body.size());
    answer->held = std::move(held);
    co_return answer;
}

Task<Result<RestAnswer>> Arm::send_once(const Call& call, HostDeadline& deadline) {
    const bool admitted = co_await throttle_.admit(call.key, call.quota, deadline);
    if (!admitted) co_return gave_up();
    auto token = co_await tokens_.get(deadline);
    if (!token) co_return std::move(token).error();
    RestRequest request = call.request;
    request.headers.emplace_back(
        "Authorization", "Bearer " + std::string((*token)->value.reveal())
    );
    request.headers.emplace_back("Accept", "application/json");
    ++calls_;
    auto answer = co_await send_held(std::move(request), deadline);
    if (answer) {
        throttle_.learn(call.key, *answer);
        left_out_ = left_out_ || answer->header("x-ms-tenant-subscription-limit-hit") == "true";
    }
    co_return answer;
}

// Returns the answer of any status, once to ask again is of no use, or there is no time for it.
Task<Result<RestAnswer>> Arm::persist(Call call, HostDeadline& deadline) {
    bool renewed = false;
    for (int tries = 0;; ++tries) {
        auto answer = co_await send_once(call, deadline);
        if (answer && answer->status == 401 && !std::exchange(renewed, true)) {
            tokens_.reject(); // expired, or the user's rights changed: once
            continue;
        }
        const bool again = answer ? is_passing(answer->status) : answer.error().retryable();
        if (!again || tries + 1 >= most_tries) co_return answer;
        const auto wait = pause_before(tries, answer ? &*answer : nullptr);
        throttle_.pause(call.key, wait);
        if (deadline.remaining() <= wait) co_return answer; // else admit() waits
    }
}

Task<Result<RestAnswer>> Arm::perform(Call call, HostDeadline& deadline) {
    auto answer = co_await persist(std::move(call), deadline);
    if (!answer || (answer->status >= 200 && answer->status < 300)) co_return answer;
    co_return arm_error(*answer);
}

Task<Result<RestAnswer>>
Arm::insist(const char* method, std::string path, std::string body, HostDeadline& deadline) {
    auto call = write_call(method, path, std::move(body));
    auto answer = co_await persist(std::move(call), deadline);
    co_return answer;
}

} // namespace rdpsweep::azure
