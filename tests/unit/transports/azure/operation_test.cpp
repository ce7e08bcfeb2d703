// Operations that take their time, Run Command, boot logs and Resource Graph.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/azure/arm_bench.hpp"

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace rdpsweep::azure_test;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

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

TEST_CASE("An operation that is never over is not asked about without a pause") {
    Bench bench;
    for (int i = 0; i < 10; ++i)
        bench.rest.answers.push_back(answer_of(202, "", {{"retry-after", "0"}}));
    auto begun = answer_of(202, "", {{"retry-after", "0"}});
    begun.headers.emplace_back("location", "https://management.azure.com/operations/1");
    const auto done = run_task(
        [&, begun](HostDeadline& deadline) { return finish_operation(bench.arm, begun, deadline); },
        300ms
    );
    REQUIRE_FALSE(done);
    CHECK(done.error().code() == Errc::timed_out);
    CHECK(bench.rest.asked.empty()); // "at once" is no pause that we take
}
