// A REST plane that answers what a test wrote down, and remembers what it was asked.
#pragma once

#include "transports/azure/rest.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace rdpsweep::azure {

inline RestAnswer answer_of(unsigned status, std::string body, Headers headers = {}) {
    RestAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers = std::move(headers);
    return answer;
}

class ScriptedRest final : public Rest {
public:
    std::deque<Result<RestAnswer>> answers; // in order; none left: the connection is lost
    std::vector<RestRequest> asked;
    std::function<void()> on_send; // before each answer

    Task<Result<RestAnswer>> send(RestRequest request, HostDeadline& deadline) override {
        asked.push_back(std::move(request));
        if (on_send) on_send();
        // As if it took a moment, so that others run meanwhile.
        (void)co_await deadline.sleep(std::chrono::milliseconds(1));
        if (answers.empty()) {
            co_return Error(Phase::http, Errc::peer_closed, "the connection was lost");
        }
        auto answer = std::move(answers.front());
        answers.pop_front();
        co_return answer;
    }

    [[nodiscard]] std::string header(std::size_t request, std::string_view name) const {
        for (const auto& [key, value] : asked.at(request).headers)
            if (key == name) return value;
        return {};
    }
};

} // namespace rdpsweep::azure
