// Resource Manager with a scripted plane and counted tokens.
#pragma once

#include "core/encoding.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/scripted_rest.hpp"
#include "transports/azure/arm.hpp"
#include "transports/azure/boot_log.hpp"
#include "transports/azure/client_credentials.hpp"
#include "transports/azure/graph.hpp"
#include "transports/azure/inventory.hpp"
#include "transports/azure/login.hpp"
#include "transports/azure/managed_identity.hpp"
#include "transports/azure/operation.hpp"
#include "transports/azure/run_command.hpp"
#include "transports/azure/subscriptions.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

namespace rdpsweep::azure_test {

using namespace azure;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

inline const Cloud& cloud() {
    return *find_cloud("AzureCloud");
}

inline std::string token_json(const std::string& value, int life = 3600) {
    return R"({"access_token":")" + value + R"(","expires_in":)" + std::to_string(life) + "}";
}

// A source of tokens "t1", "t2", ...
class Counting final : public TokenSource {
public:
    int fetched = 0;
    bool broken = false;
    const std::int64_t* now = nullptr;

    [[nodiscard]] std::string describe() const override { return "a test"; }

    Task<Result<AccessToken>> fetch(HostDeadline& deadline) override {
        (void)co_await deadline.sleep(1ms);
        if (broken) co_return Error(Phase::authenticate, Errc::access_denied, "no");
        co_return parse_token(token_json("token" + std::to_string(++fetched)), *now);
    }
};

// An Arm with a scripted plane and counted tokens.
struct Bench {
    ScriptedRest rest;
    Counting* source = nullptr;
    std::int64_t now = 1000;
    TokenCache tokens;
    Arm arm;

    Bench() : tokens(make_source(source), [this] { return now; }), arm(rest, tokens, cloud()) {
        source->now = &now;
    }

    static std::unique_ptr<TokenSource> make_source(Counting*& kept) {
        auto made = std::make_unique<Counting>();
        kept = made.get();
        return made;
    }

    Result<nlohmann::json> get(const std::string& path) {
        return run_task([&](HostDeadline& deadline) { return arm.get_json(path, deadline); });
    }

    Result<std::vector<std::string>> list(const std::string& path) {
        std::vector<std::string> rows;
        const VisitRow visit = [&rows](const nlohmann::json& row) { rows.push_back(row.dump()); };
        auto done =
            run_task([&](HostDeadline& deadline) { return arm.list(path, visit, deadline); });
        if (!done) return std::move(done).error();
        return rows;
    }
};

inline Environment environment_of(std::map<std::string, std::string> values) {
    return [values](const std::string& name) -> std::optional<std::string> {
        const auto found = values.find(name);
        if (found == values.end()) return {};
        return found->second;
    };
}

inline Result<AccessToken> fetch(TokenSource& source) {
    return run_task([&](HostDeadline& deadline) { return source.fetch(deadline); });
}

} // namespace rdpsweep::azure_test
