// The simulated cmd.exe and powershell.exe give facts to the collector and to nobody else.
#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/interpreter.hpp"
#include "tests/support/catch.hpp"

using namespace simfleet;

namespace {

const std::string script = "# collector\n[Console]::Out.Write(\"RDPSWEEP1 ...\")";

struct Bench {
    Vm vm;
    Stats stats{1};
    Environment environment{{"RDPSWEEP_SCRIPT", script}, {"RDPSWEEP_NONCE", "abc123"}};

    Bench() {
        vm.name = "web-1";
        vm.state = std::make_shared<State>();
    }

    Execution run(std::string line, std::optional<std::string> input = std::nullopt) {
        const Job job{vm, environment, "SIM\\sweeper", std::move(line), std::move(input)};
        return execute(job, stats);
    }
};

const std::string by_environment =
    "powershell.exe -NoProfile -NonInteractive -OutputFormat Text -Command "
    "\"Invoke-Expression $env:RDPSWEEP_SCRIPT\"";

// The JSON inside a whole frame; empty when the frame's own numbers do not fit it.
std::string framed(const std::string& out) {
    const auto words = rdpsweep::split(out, ' ');
    if (words.size() < 5 || words[0] != "RDPSWEEP1" || words[1] != "abc123") return {};
    std::string json =
        out.substr(words[0].size() + words[1].size() + words[2].size() + words[3].size() + 4);
    if (json.empty() || json.back() != '\n') return {};
    json.pop_back();
    const bool whole = std::to_string(json.size()) == words[2] &&
                       std::stoul(words[3], nullptr, 16) == rdpsweep::crc32(json);
    return whole ? json : std::string{};
}

} // namespace

TEST_CASE("simfleet commands: trivial ones", "[simfleet]") {
    Bench bench;
    CHECK(bench.run("hostname").out == "web-1\r\n");
    CHECK(bench.run("whoami").out == "sim\\sweeper\r\n");
    CHECK(bench.run("echo hi").out == "hi\r\n");
    const Execution mixed = bench.run("cmd.exe /c echo out && echo err>&2 && exit 7");
    CHECK(mixed.out == "out \r\n");
    CHECK(mixed.err == "err \r\n");
    CHECK(mixed.exit_code == 7);
    CHECK(bench.run("nosuch /x").exit_code == 1);
    // "Write-Output \"x\"" in UTF-16LE
    CHECK(
        bench.run("powershell -encodedcommand VwByAGkAdABlAC0ATwB1AHQAcAB1AHQAIAAiAHgAIgA=").out ==
        "x\r\n"
    );
    CHECK(bench.stats.violations() == 0);
}

TEST_CASE("simfleet collector: from the environment", "[simfleet]") {
    Bench bench;
    const Execution done = bench.run(by_environment);
    CHECK(done.exit_code == 0);
    CHECK(framed(done.out).find("facts/1") != std::string::npos);
    CHECK(bench.stats.json().find(rdpsweep::sha256_hex(script)) != std::string::npos);
    CHECK(bench.stats.violations() == 0);
}

TEST_CASE("simfleet collector: split over variables, in order", "[simfleet]") {
    Bench bench;
    bench.environment = {
        {"RDPSWEEP_NONCE", "abc123"},
        {"rdpsweep_script0", script.substr(0, 10)},
        {"RDPSWEEP_SCRIPT1", script.substr(10)}};
    const Execution done = bench.run("powershell -Command \"Invoke-Expression "
                                     "($env:RDPSWEEP_SCRIPT0+$env:RDPSWEEP_SCRIPT1)\"");
    CHECK_FALSE(framed(done.out).empty());
    CHECK(bench.stats.json().find(rdpsweep::sha256_hex(script)) != std::string::npos);
}

TEST_CASE("simfleet collector: by stdin, once it has ended", "[simfleet]") {
    Bench bench;
    CHECK(bench.run("powershell -NoProfile -Command -").wants_input);
    CHECK_FALSE(framed(bench.run("powershell -NoProfile -Command -", script).out).empty());
}

TEST_CASE("simfleet collector: no script, no nonce, no facts", "[simfleet]") {
    Bench bench;
    SECTION("the variable is not there") {
        bench.environment.erase(bench.environment.begin());
    }
    SECTION("something else is in it") {
        bench.environment[0].second = "Get-Process";
    }
    SECTION("no nonce") {
        bench.environment.pop_back();
    }
    const Execution done = bench.run(by_environment);
    CHECK(done.exit_code == 1);
    CHECK(done.out.empty());
    CHECK(bench.stats.violations() == 1);
}

TEST_CASE("simfleet commands: cmd.exe's own traps", "[simfleet]") {
    Bench bench;
    SECTION("operators outside quotes") {
        CHECK(bench.run("powershell -Command $env:A|iex").exit_code == 255);
    }
    SECTION("more than 8191 characters") {
        CHECK(bench.run("powershell -Command \"" + std::string(8191, 'a') + "\"").exit_code == 1);
    }
    SECTION("arguments that are no JSON object") {
        bench.environment.emplace_back("RDPSWEEP_ARGS", "[1");
        bench.run(by_environment);
    }
    CHECK(bench.stats.violations() == 1);
}

TEST_CASE("simfleet collector: manners of the guest", "[simfleet]") {
    Bench bench;
    bench.vm.wire.manner =
        GENERATE(Manner::powershell_missing, Manner::script_fails, Manner::truncated_frame);
    const Execution done = bench.run(by_environment);
    CHECK(framed(done.out).empty());
    if (bench.vm.wire.manner == Manner::powershell_missing) CHECK(done.exit_code == 9009);
    if (bench.vm.wire.manner == Manner::script_fails) {
        CHECK(done.exit_code == 1);
        CHECK(done.err.starts_with("#< CLIXML"));
    }
    if (bench.vm.wire.manner == Manner::truncated_frame) CHECK(done.exit_code == 0);
}
