// Follows the header that tells where to ask, and recognises the end by each of ARM's ways to say
// it.
#include "transports/azure/operation.hpp"

#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>

namespace rdpsweep::azure {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Azure counts 15 questions a minute for one operation.
constexpr auto usual_pause = 5s;
constexpr auto shortest_pause = 1s;
constexpr std::size_t most_questions = 2048; // far more than the longest command takes

Clock::duration pause_after(const RestAnswer& answer) {
    const auto asked = asked_pause(answer);
    return asked && *asked > 0s ? std::max<Clock::duration>(*asked, shortest_pause) : usual_pause;
}

Error too_late() {
    return Error(Phase::run, Errc::timed_out, "Azure's operation had not ended in time")
        .with_hint("it may still be running in the VM; --deadline gives it longer");
}

Error failed(const json& status, const std::string& word) {
    const auto code = text(status, "error/code");
    const auto said = text(status, "error/message");
    return Error(
               Phase::run,
               Errc::nonzero_exit,
               "Azure's operation ended as " + foreign_text(word, 40) +
                   (said.empty() ? "" : ": " + foreign_text(said, 300))
    )
        .with_native(foreign_text(code, 80));
}

bool is_success(std::string_view word) {
    return iequals(word, "Succeeded");
}

bool is_failure(std::string_view word) {
    return iequals(word, "Failed") || iequals(word, "Canceled") || iequals(word, "Cancelled");
}

// Reads a result, and wipes what it came in: it may be an address that lets its reader in. What was
// removed has none.
Result<json> read_result(RestAnswer& answer) {
    if (answer.body.empty()) return json::object();
    auto result = parse_json(answer.body, Phase::run);
    cleanse(answer.body);
    return result;
}

// The two addresses that ARM gives; either may be missing.
class Operation {
public:
    Operation(Arm& arm, const RestAnswer& begun)
        : arm_(arm), status_(begun.header("azure-asyncoperation")),
          result_(begun.header("location")), pause_(pause_after(begun)) {}

    Task<Result<json>> finish(HostDeadline& deadline) {
        if (status_.empty() && result_.empty()) {
            co_return Error(
                Phase::run, Errc::protocol_violation, "Azure gave no address for the operation"
            );
        }
        for (std::size_t asked = 0; asked < most_questions; ++asked) {
            const bool slept = co_await deadline.sleep(pause_);
            if (!slept) co_return too_late();
            const auto& where = status_.empty() ? result_ : status_;
            auto answer = co_await arm_.get(where, deadline);
            if (!answer) co_return std::move(answer).error().in_phase(Phase::run);
            pause_ = pause_after(*answer);
            if (status_.empty()) {
                if (answer->status == 202) continue;
                co_return read_result(*answer);
            }
            auto status = read_result(*answer);
            if (!status) co_return status;
            const auto word = text(*status, "status");
            if (is_failure(word)) co_return failed(*status, word); // with HTTP 200
            // A word that is not known means that it still runs.
            if (is_success(word)) co_return co_await result_of(*status, deadline);
        }
        co_return too_late();
    }

private:
    // It is in the status or at the other address.
    Task<Result<json>> result_of(const json& status, HostDeadline& deadline) {
        const auto& output = field(status, "properties/output");
        if (!output.is_null()) co_return output;
        if (result_.empty()) co_return json::object();
        auto answer = co_await arm_.get(result_, deadline);
        if (!answer) co_return std::move(answer).error().in_phase(Phase::run);
        co_return read_result(*answer);
    }

    Arm& arm_;
    std::string status_;
    std::string result_;
    Clock::duration pause_;
};

} // namespace

Task<Result<json>> finish_operation(Arm& arm, const RestAnswer& answer, HostDeadline& deadline) {
    if (answer.status == 200) co_return parse_json(answer.body, Phase::run);
    Operation operation(arm, answer);
    co_return co_await operation.finish(deadline);
}

} // namespace rdpsweep::azure
