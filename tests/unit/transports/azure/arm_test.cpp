// Tokens and Resource Manager against a scripted REST plane: every step failing in turn.
#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
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

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

namespace {

const Cloud& cloud() {
    return *find_cloud("AzureCloud");
}

std::string token_json(const std::string& value, int life = 3600) {
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

Environment environment_of(std::map<std::string, std::string> values) {
    return [values](const std::string& name) -> std::optional<std::string> {
        const auto found = values.find(name);
        if (found == values.end()) return {};
        return found->second;
    };
}

Result<AccessToken> fetch(TokenSource& source) {
    return run_task([&](HostDeadline& deadline) { return source.fetch(deadline); });
}

} // namespace

TEST_CASE("One token serves all who ask, until it is time for another") {
    Bench bench;
    const auto ask_twice = [&](HostDeadline& deadline) -> Task<Status> {
        int waiting = 2;
        const auto one = [&]() -> Task<void> {
            auto token = co_await bench.tokens.get(deadline);
            CHECK(token);
            --waiting;
        };
        for (int i = 0; i < 2; ++i)
            asio::co_spawn(deadline.executor(), one, asio::detached);
        while (waiting > 0)
            (void)co_await deadline.sleep(1ms);
        co_return Status();
    };
    (void)run_task(ask_twice);
    CHECK(bench.source->fetched == 1);
    bench.now += 3600 - 301; // not yet
    (void)run_task(ask_twice);
    CHECK(bench.source->fetched == 1);
    bench.now += 2; // five minutes before its end
    (void)run_task(ask_twice);
    CHECK(bench.source->fetched == 2);
    SECTION("a renewal that fails leaves the old one in use while it lasts") {
        bench.now += 3600 - 200;
        bench.source->broken = true;
        bench.rest.answers = {answer_of(200, "{}"), answer_of(200, "{}")};
        CHECK(bench.get("/x?api-version=1"));
        bench.now += 200;
        CHECK_FALSE(bench.get("/x?api-version=1"));
    }
}

TEST_CASE("Resource Manager is asked with a token, and again with another if that one is refused") {
    Bench bench;
    bench.rest.answers = {answer_of(401, "{}"), answer_of(200, R"({"a":1})")};
    auto answer = bench.get("/subscriptions?api-version=1");
    REQUIRE(answer);
    CHECK((*answer)["a"] == 1);
    REQUIRE(bench.rest.asked.size() == 2);
    CHECK(bench.rest.asked[0].url == "https://management.azure.com/subscriptions?api-version=1");
    CHECK(bench.rest.header(0, "Authorization") == "Bearer token1");
    CHECK(bench.rest.header(1, "Authorization") == "Bearer token2");
    SECTION("but once only") {
        bench.rest.answers = {answer_of(401, "{}"), answer_of(401, "{}"), answer_of(200, "{}")};
        auto refused = bench.get("/subscriptions?api-version=1");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == Errc::access_denied);
        CHECK(bench.rest.asked.size() == 4);
    }
}

TEST_CASE("What passes is waited for, what does not is told at once") {
    Bench bench;
    SECTION("a quota, for as long as the server says") {
        bench.rest.answers = {
            answer_of(429, "{}", {{"retry-after", "1"}}), answer_of(200, R"({"ok":true})")};
        const auto begun = Clock::now();
        CHECK(bench.get("/x?api-version=1"));
        CHECK(Clock::now() - begun >= 1s);
    }
    SECTION("a lost connection") {
        bench.rest.answers = {
            Error(Phase::http, Errc::peer_closed, "lost"), answer_of(200, R"({"ok":true})")};
        CHECK(bench.get("/x?api-version=1"));
    }
    SECTION("no right to it") {
        bench.rest.answers = {answer_of(403, R"({"error":{"code":"AuthorizationFailed"}})")};
        auto refused = bench.get("/x?api-version=1");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().native() == "HTTP 403 AuthorizationFailed");
        CHECK(bench.rest.asked.size() == 1);
    }
    SECTION("no JSON") {
        bench.rest.answers = {answer_of(200, "<html>")};
        CHECK_FALSE(bench.get("/x?api-version=1"));
    }
    SECTION("a pause longer than there is time") {
        bench.rest.answers = {answer_of(503, "", {{"retry-after", "500"}})};
        auto late = bench.get("/x?api-version=1");
        REQUIRE_FALSE(late);
        CHECK(late.error().code() == Errc::throttled);
        CHECK(bench.rest.asked.size() == 1);
    }
}

TEST_CASE("Lists follow links as they are written, and to nobody else") {
    Bench bench;
    const std::string link = "https://management.azure.com/next?%24skiptoken=a%2Bb==&api-version=1";
    SECTION("every page") {
        bench.rest.answers = {
            answer_of(200, R"({"value":[1,2],"nextLink":")" + link + "\"}"),
            answer_of(200, R"({"value":[3]})")};
        auto rows = bench.list("/list?api-version=1");
        REQUIRE(rows);
        CHECK(*rows == std::vector<std::string>{"1", "2", "3"});
        CHECK(bench.rest.asked[1].url == link);
    }
    SECTION("a link to another host gets no token") {
        bench.rest.answers = {
            answer_of(200, R"({"value":[1],"nextLink":"https://evil.example/next"})")};
        auto rows = bench.list("/list?api-version=1");
        REQUIRE_FALSE(rows);
        CHECK(rows.error().code() == Errc::blocked_by_policy);
        CHECK(bench.rest.asked.size() == 1);
    }
    SECTION("a link to itself ends") {
        const auto self = R"({"value":[1],"nextLink":")" + link + "\"}";
        bench.rest.answers = {answer_of(200, self), answer_of(200, self), answer_of(200, self)};
        auto rows = bench.list("/list?api-version=1");
        REQUIRE(rows);
        CHECK(rows->size() == 2);
    }
    SECTION("no rows") {
        bench.rest.answers = {answer_of(200, R"({"value":{}})")};
        CHECK_FALSE(bench.list("/list?api-version=1"));
    }
}

TEST_CASE("Calls stay below the quota") {
    Throttle throttle;
    const Quota quota{3, 50};
    const Clock::time_point begun(1000h);
    const auto take = [&](const char* key, Clock::duration later) {
        const auto wait = throttle.take(key, quota, begun + later);
        return std::chrono::duration_cast<std::chrono::milliseconds>(wait);
    };
    for (int i = 0; i < 3; ++i)
        CHECK(take("a", 0ms) == 0ms);
    CHECK(take("a", 0ms) == 20ms); // beyond the burst, 50 a second
    CHECK(take("a", 19ms) == 1ms);
    CHECK(take("a", 20ms) == 0ms);
    CHECK(take("a", 20ms) == 20ms);
    for (int i = 0; i < 3; ++i)
        CHECK(take("a", 1h) == 0ms); // a quiet hour saves up the burst, and no more
    CHECK(take("a", 1h) == 20ms);
    SECTION("what the server says is left counts") {
        const auto left = [](const char* header, const char* count) {
            return answer_of(200, "", {{header, count}});
        };
        for (const char* header :
             {"x-ms-ratelimit-remaining-subscription-reads",
              "x-ms-ratelimit-remaining-tenant-reads",
              "x-ms-user-quota-remaining"}) {
            INFO(header);
            CHECK(throttle.take(header, quota, begun) == 0ms);
            throttle.learn(header, left(header, "many"), begun);
            CHECK(throttle.take(header, quota, begun) == 0ms);
            throttle.learn(header, left(header, "0"), begun);
            CHECK(take(header, 0ms) == 20ms);
            CHECK(take("b", 0ms) == 0ms); // another scope
            throttle.learn(header, left(header, "9"), begun);
            CHECK(take(header, 0ms) == 20ms); // more than we know of is no news
        }
    }
    SECTION("when nothing is left, the server says for how long") {
        const auto over = [](const char* remaining) {
            return answer_of(
                200,
                "",
                {{"x-ms-user-quota-remaining", remaining},
                 {"x-ms-user-quota-resets-after", "00:00:01"}}
            );
        };
        CHECK(take("c", 0ms) == 0ms);
        throttle.learn("c", over("1"), begun);
        CHECK(take("c", 0ms) == 0ms);
        throttle.learn("c", over("0"), begun);
        CHECK(take("c", 0ms) == 1000ms);
        CHECK(take("c", 999ms) == 20ms); // they do not all come back at once
        CHECK(take("c", 1019ms) == 1ms);
        CHECK(take("c", 1020ms) == 0ms);
        throttle.learn("never asked", over("0"), begun);
        CHECK(take("never asked", 0ms) == 0ms);
    }
    SECTION("a longer pause is not shortened") {
        throttle.pause("d", 2s, begun);
        throttle.pause("d", 1s, begun);
        CHECK(take("d", 1500ms) == 500ms);
    }
    SECTION("one that runs out of time is not admitted") {
        throttle.pause("a", 1h);
        const auto admitted = run_task([&](HostDeadline& deadline) -> Task<Result<bool>> {
            asio::post(deadline.executor(), [&deadline] { deadline.abort(); });
            co_return co_await throttle.admit(std::string("a"), quota, deadline);
        });
        CHECK_FALSE(*admitted);
    }
}

TEST_CASE("An application proves itself by secret, certificate or federated token") {
    ScriptedRest rest;
    rest.answers = {answer_of(200, token_json("given"))};
    ServicePrincipal principal;
    principal.tenant = "tenant-1";
    principal.client = "client-1";
    SECTION("secret, encoded") {
        principal.proof.emplace<ClientSecret>(Secret("s+cr&t=~é"));
        const auto source = make_service_principal(rest, cloud(), std::move(principal));
        CHECK(source->describe() == "service principal client-1 with a secret");
        REQUIRE(fetch(*source));
        CHECK(rest.asked[0].url == "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token");
        CHECK(rest.asked[0].method == "POST");
        CHECK(
            rest.asked[0].body ==
            "client_id=client-1&grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.core."
            "windows.net%2F%2F.default&client_secret=s%2Bcr%26t%3D~%C3%A9"
        );
    }
    SECTION("a federated token, read each time") {
        const Scratch scratch;
        const auto path = scratch.file("token", "first-token\n");
        principal.proof.emplace<FederatedTokenFile>(path);
        rest.answers.push_back(answer_of(200, token_json("again")));
        const auto source = make_service_principal(rest, cloud(), std::move(principal));
        REQUIRE(fetch(*source));
        std::ofstream(path) << "second-token\n";
        REQUIRE(fetch(*source));
        CHECK(rest.asked[0].body.ends_with("client_assertion=first-token"));
        CHECK(rest.asked[1].body.ends_with("client_assertion=second-token"));
        std::filesystem::remove(path);
        CHECK_FALSE(fetch(*source));
    }
    SECTION("a refusal") {
        principal.proof.emplace<ClientSecret>(Secret("wrong"));
        rest.answers = {answer_of(
            401, R"({"error":"invalid_client","error_description":"AADSTS7000215: no"})"
        )};
        const auto source = make_service_principal(rest, cloud(), std::move(principal));
        auto refused = fetch(*source);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == Errc::access_denied);
    }
}

TEST_CASE("The machine's identity is found as Azure's libraries find it") {
    const auto find = [](std::map<std::string, std::string> values) {
        return find_machine(environment_of(std::move(values)), "");
    };
    CHECK(find({})->endpoint == "http://169.254.169.254/metadata/identity/oauth2/token");
    CHECK(
        find({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1/"}})->endpoint ==
        "http://127.0.0.1:1/metadata/identity/oauth2/token"
    );
    CHECK(
        find({{"IDENTITY_ENDPOINT", "http://x/token"}, {"IDENTITY_HEADER", "h"}})->kind ==
        MachineKind::app_service
    );
    CHECK(
        find({{"IDENTITY_ENDPOINT", "http://x/token"}, {"IMDS_ENDPOINT", "http://y"}})->kind ==
        MachineKind::arc
    );
    CHECK_FALSE(find(
        {{"IDENTITY_ENDPOINT", "x"}, {"IDENTITY_HEADER", "h"}, {"IDENTITY_SERVER_THUMBPRINT", "t"}}
    ));

    ScriptedRest rest;
    const Scratch scratch;
    const std::filesystem::path folder{scratch.path("arc")};
    std::filesystem::create_directories(folder);
    const auto source_of = [&](ManagedIdentity identity) {
        return make_managed_identity(rest, cloud(), std::move(identity), folder.string());
    };
    SECTION("App Service") {
        rest.answers = {answer_of(200, R"({"access_token":"a","expires_on":"9999999999"})")};
        ManagedIdentity identity{MachineKind::app_service, "http://x/token", "header-1", "user-1"};
        REQUIRE(fetch(*source_of(identity)));
        CHECK(
            rest.asked[0].url ==
            "http://x/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.core.windows."
            "net%2F&client_id=user-1"
        );
        CHECK(rest.header(0, "X-IDENTITY-HEADER") == "header-1");
        CHECK(rest.header(0, "Metadata") == "true");
        CHECK(rest.asked[0].direct);
    }
    SECTION("Arc, with the key it names") {
        std::ofstream(folder / "abc.key") << "key-of-arc";
        rest.answers = {
            answer_of(
                401,
                "",
                {{"www-authenticate", "Basic realm=/var/opt/azcmagent/tokens/../../../etc/abc.key"}}
            ),
            answer_of(200, token_json("arc"))};
        REQUIRE(fetch(*source_of({MachineKind::arc, "http://x/token", "", ""})));
        CHECK(rest.header(1, "Authorization") == "Basic key-of-arc");
    }
    SECTION("Arc may not make us read anything else") {
        for (const auto* realm : {"/etc/shadow", "abc", "/x/.key", ""}) {
            rest.answers = {
                answer_of(401, "", {{"www-authenticate", "Basic realm=" + std::string(realm)}})};
            const auto before = rest.asked.size();
            CHECK_FALSE(fetch(*source_of({MachineKind::arc, "http://x/token", "", ""})));
            CHECK(rest.asked.size() == before + 1);
        }
        std::ofstream(folder / "big.key") << std::string(5000, 'k');
        rest.answers = {answer_of(401, "", {{"www-authenticate", "Basic realm=/t/big.key"}})};
        CHECK_FALSE(fetch(*source_of({MachineKind::arc, "http://x/token", "", ""})));
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("Who we are follows from the environment") {
    ScriptedRest rest;
    std::vector<std::string> ran;
    const auto name_of = [&](std::map<std::string, std::string> values, LoginKind kind) {
        const auto environment = environment_of(std::move(values));
        const LoginServices services{
            rest, cloud(), environment, [&ran](const std::vector<std::string>& argv) {
                ran = argv;
                return Result<std::string>(token_json("cli"));
            }};
        auto source = login(kind, services);
        return source ? (*source)->describe() : "error: " + std::string(source.error().detail());
    };
    const std::map<std::string, std::string> application{
        {"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "s3cret"}};
    CHECK(name_of(application, LoginKind::automatic) == "service principal c with a secret");
    CHECK(name_of({}, LoginKind::environment) == "error: the environment holds no AZURE_TENANT_ID");
    CHECK(
        name_of({{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}}, LoginKind::automatic) ==
        "error: the environment holds no proof for the application"
    );
    CHECK(name_of({}, LoginKind::managed_identity) == "managed identity of this VM");
    CHECK(
        name_of({{"AZURE_CLIENT_ID", "u"}}, LoginKind::managed_identity) ==
        "managed identity of this VM, client u"
    );
    CHECK(name_of({}, LoginKind::automatic) == "managed identity of this VM, or azure-cli's login");

    SECTION("az is asked when the machine has no identity") {
        const auto environment = environment_of({});
        const LoginServices services{
            rest, cloud(), environment, [&ran](const std::vector<std::string>& argv) {
                ran = argv;
                return Result<std::string>(token_json("cli"));
            }};
        auto source = login(LoginKind::automatic, services);
        REQUIRE(source);
        REQUIRE(fetch(**source)); // the script has no answer: the connection is lost
        CHECK((*source)->describe() == "azure-cli's login");
        CHECK(
            ran ==
            std::vector<std::string>{
                "az",
                "account",
                "get-access-token",
                "--output",
                "json",
                "--resource",
                "https://management.core.windows.net/"}
        );
        // An identity that is there and says no is what the user must hear of, when az fails too.
    }
}

TEST_CASE("Subscriptions are chosen by id or name") {
    const std::vector<Subscription> all{
        {"aa", "Prod", "Enabled"}, {"bb", "Test", "Warned"}, {"cc", "Test", "Enabled"}};
    CHECK(choose(all, {})->size() == 3);
    CHECK(choose(all, {"prod"})->front().id == "aa");
    CHECK(choose(all, {"BB", "bb", "Prod"})->size() == 2);
    CHECK_FALSE(choose(all, {"test"})); // which one?
    auto misspelt = choose(all, {"Prodd"});
    REQUIRE_FALSE(misspelt);
    CHECK(misspelt.error().hint() == "did you mean Prod?");
    CHECK(Subscription{"", "", "PastDue"}.readable());
    CHECK_FALSE(Subscription{"", "", "Disabled"}.readable());
}

TEST_CASE("What starts something is sent again only where it started nothing") {
    Bench bench;
    const auto post = [&](Clock::duration patience = 20s) {
        return run_task(
            [&](HostDeadline& deadline) {
                return bench.arm.post(
                    std::string("/subscriptions/A/x?api-version=1"), std::string("{}"), deadline
                );
            },
            patience
        );
    };
    SECTION("a lost answer") {
        bench.rest.answers = {Error(Phase::http, Errc::peer_closed, "lost"), answer_of(202, "")};
        auto lost = post();
        REQUIRE_FALSE(lost);
        CHECK(bench.rest.asked.size() == 1);
        CHECK_FALSE(lost.error().retryable());
        CHECK(lost.error().phase() == Phase::run);
        CHECK_FALSE(bench.rest.asked[0].repeatable);
    }
    SECTION("no connection at all") {
        bench.rest.answers = {Error(Phase::connect, Errc::refused, "refused")};
        auto refused = post();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().retryable()); // nothing was sent
    }
    SECTION("a quota, and a token that is no good any more") {
        bench.rest.answers = {
            answer_of(429, "{}", {{"retry-after", "1"}}), answer_of(401, "{}"), answer_of(202, "")};
        auto begun = post();
        REQUIRE(begun);
        CHECK(begun->status == 202);
        CHECK(bench.rest.asked.size() == 3);
    }
    SECTION("any other answer is given as it came") {
        bench.rest.answers = {answer_of(409, R"({"error":{"code":"Conflict"}})")};
        auto conflict = post();
        REQUIRE(conflict);
        CHECK(conflict->status == 409);
        bench.rest.answers = {answer_of(503, "")};
        CHECK(post()->status == 503);
        CHECK(bench.rest.asked.size() == 2);
    }
}

TEST_CASE("An operation is asked about until it has ended") {
    Bench bench;
    const std::string status = "https://management.azure.com/operations/1";
    const std::string result = "https://management.azure.com/operations/1?monitor=true";
    const Headers soon{{"retry-after", "1"}};
    const auto begun = [&](bool with_status, bool with_result) {
        auto answer = answer_of(202, "", soon);
        if (with_status) answer.headers.emplace_back("azure-asyncoperation", status);
        if (with_result) answer.headers.emplace_back("location", result);
        return answer;
    };
    const auto finish = [&](RestAnswer answer) {
        return run_task([&, answer](HostDeadline& deadline) {
            return finish_operation(bench.arm, answer, deadline);
        });
    };
    SECTION("at once") {
        auto done = finish(answer_of(200, R"({"a":1})"));
        REQUIRE(done);
        CHECK((*done)["a"] == 1);
    }
    SECTION("by its status, through a word that nobody knows") {
        bench.rest.answers = {
            answer_of(200, R"({"status":"Resolving"})", soon),
            answer_of(200, R"({"status":"Succeeded","properties":{"output":{"b":2}}})")};
        auto done = finish(begun(true, true));
        REQUIRE(done);
        CHECK((*done)["b"] == 2);
        CHECK(bench.rest.asked[1].url == status);
    }
    SECTION("the result at the other address") {
        bench.rest.answers = {
            answer_of(200, R"({"status":"Succeeded"})"), answer_of(200, R"({"c":3})")};
        auto done = finish(begun(true, true));
        REQUIRE(done);
        CHECK((*done)["c"] == 3);
        CHECK(bench.rest.asked[1].url == result);
    }
    SECTION("by the other address alone") {
        bench.rest.answers = {answer_of(202, "", soon), answer_of(200, R"({"d":4})")};
        auto done = finish(begun(false, true));
        REQUIRE(done);
        CHECK((*done)["d"] == 4);
    }
    SECTION("a failure comes with status 200") {
        bench.rest.answers = {answer_of(
            200,
            R"({"status":"Failed","error":{"code":"VMExtensionProvisioningError","message":"x\u001b"}})"
        )};
        auto failed = finish(begun(true, true));
        REQUIRE_FALSE(failed);
        CHECK(failed.error().native() == "VMExtensionProvisioningError");
        CHECK(failed.error().detail() == "Azure's operation ended as Failed: x\\x1B");
    }
    SECTION("nowhere to ask, and a stranger's address") {
        CHECK_FALSE(finish(begun(false, false)));
        auto elsewhere = answer_of(202, "", soon);
        elsewhere.headers.emplace_back("azure-asyncoperation", "https://evil.example/operations/1");
        CHECK_FALSE(finish(elsewhere));
        CHECK(bench.rest.asked.empty());
    }
}

TEST_CASE("Run Command: what is sent and what comes back") {
    const Script script("collector.ps1", "$a = 1\n'x'", Script::Effect::read_only);
    const auto body =
        nlohmann::json::parse(run_command_body(script, ScriptInput("00ff", R"({"profile":"lean"})"))
        );
    CHECK(body["commandId"] == "RunPowerShellScript");
    const auto lines = body["script"].get<std::vector<std::string>>();
    CHECK(lines.front() == "param([string]$nonce, [string]$arguments)");
    CHECK(lines[lines.size() - 2] == "$a = 1");
    CHECK(lines.back() == "'x'");
    CHECK(body["parameters"][0]["value"] == "00ff");
    CHECK(
        base64_decode(body["parameters"][1]["value"].get<std::string>()) == R"({"profile":"lean"})"
    );

    const auto read = [](const char* text) {
        return read_run_command(nlohmann::json::parse(text));
    };
    auto both = read(R"({"value":[{"code":"ComponentStatus/StdOut/succeeded","message":"out"},
        {"code":"ComponentStatus/StdErr/succeeded","message":"err"},{"code":7},null]})");
    REQUIRE(both);
    CHECK(both->out == "out");
    CHECK(both->err == "err");
    CHECK_FALSE(both->truncated);
    auto full = read_run_command(
        {{"value",
          nlohmann::json::array(
              {{{"code", "ComponentStatus/StdOut/succeeded"}, {"message", std::string(4096, 'x')}}}
          )}}
    );
    CHECK(full->truncated);
    // As Linux answers, and nonsense.
    CHECK_FALSE(read(R"({"value":[{"code":"ProvisioningState/succeeded","message":"[stdout]"}]})"));
    CHECK_FALSE(read("{}"));
    CHECK_FALSE(read("[]"));
}

TEST_CASE("The last known mark of a boot log counts") {
    CHECK(read_boot_log("") == BootSign::none);
    CHECK(read_boot_log("noise \xff\x00") == BootSign::none);
    CHECK(read_boot_log("BdsDxe: x") == BootSign::firmware);
    CHECK(read_boot_log("BdsDxe: x\r\nSAC>") == BootSign::console);
    CHECK(read_boot_log("SAC>\r\nBdsDxe: x") == BootSign::firmware);
    CHECK(read_boot_log("SAC>\r\n<BP>\r\n") == BootSign::crash);
}

TEST_CASE("Resource Graph is asked page by page, and believed with care") {
    Bench bench;
    const auto ask = [&] {
        const std::vector<std::string> subscriptions{"aa"};
        return run_task([&](HostDeadline& deadline) {
            return ask_graph(bench.arm, subscriptions, deadline);
        });
    };
    const std::string vm =
        R"({"id":"/subscriptions/aa/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v",)"
        R"("os":"Windows"})";
    const auto nothing = answer_of(200, R"({"totalRecords":0,"data":[]})");
    SECTION("a token is the only sign that there is more") {
        bench.rest.answers = {
            answer_of(
                200,
                R"({"totalRecords":2,"resultTruncated":"false","$skipToken":"next","data":[)" + vm +
                    "]}"
            ),
            answer_of(200, R"({"totalRecords":2,"resultTruncated":"true","data":[)" + vm + "]}"),
            nothing,
            nothing};
        auto found = ask();
        REQUIRE(found);
        CHECK(found->vms.size() == 2);
        CHECK(found->doubts.empty());
        CHECK(bench.rest.asked[1].body.find(R"("$skipToken":"next")") != std::string::npos);
    }
    SECTION("a count that does not match is told") {
        bench.rest.answers = {
            answer_of(200, R"({"totalRecords":2,"data":[)" + vm + "]}"), nothing, nothing};
        auto found = ask();
        REQUIRE(found);
        CHECK(
            found->doubts ==
            std::vector<std::string>{"Resource Graph counts 2 virtual machines and gave 1"}
        );
    }
    SECTION("that Azure cut its answer is remembered") {
        bench.rest.answers = {
            answer_of(200, R"({"data":[]})", {{"x-ms-tenant-subscription-limit-hit", "true"}}),
            nothing,
            nothing};
        REQUIRE(ask());
        CHECK(bench.arm.left_out());
    }
    SECTION("a table instead of rows is refused") {
        bench.rest.answers = {answer_of(200, R"({"data":{"columns":[],"rows":[]}})")};
        CHECK_FALSE(ask());
    }
}
