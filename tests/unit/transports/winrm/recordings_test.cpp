// The client against exchanges with Windows servers: every request is compared with that of another
// client element by element, every answer is the bytes of the file. Those in tests/golden/winrm are
// ours, with the structure of real ones. Real ones, where RDPSWEEP_RECORDINGS names a folder of
// them, are read by the hidden tests; tests/unit/recordings.sh runs those.
#include "tests/support/catch.hpp"
#include "tests/support/flat_xml.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/transports/winrm/run_in_shell.hpp"
#include "transports/winrm/shell.hpp"

#include <openssl/evp.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <set>

using namespace rdpsweep;
using rdpsweep::test::FlatElement;
using rdpsweep::test::flatten;
using rdpsweep::test::run_in_shell;
using rdpsweep::test::run_task;

namespace {

std::string twins() {
    return RDPSWEEP_SOURCE_DIR "/tests/golden/winrm";
}

std::string real_ones() {
    const char* folder = std::getenv("RDPSWEEP_RECORDINGS");
    REQUIRE(folder != nullptr);
    return folder;
}

struct Exchange {
    std::string request;
    std::string response;
    unsigned status = 200;
};

std::vector<Exchange> load(const std::string& path) {
    std::vector<Exchange> exchanges;
    const auto file = YAML::LoadFile(path);
    for (const auto& message : file["messages"]) {
        Exchange exchange;
        exchange.request = message["request"].as<std::string>();
        exchange.response = message["response"].as<std::string>();
        if (message["transport_error"])
            exchange.status = message["transport_error"]["code"].as<unsigned>();
        exchanges.push_back(std::move(exchange));
    }
    return exchanges;
}

// Ids and addresses differ by nature: their elements must be there, their text is not compared.
const std::set<std::string> free_text{"MessageID", "SessionId", "To"};

// Our deliberate differences from the recorded client, each with its reason.
const std::set<std::string> different_text{
    "MaxEnvelopeSize", // we accept 500 KiB, the default since 2012; it asked for 150
    // A cold host's first shell may take 60 s, later steps 20; the recording says 20 always.
    "OperationTimeout",
    "Code", // we end a command with terminate (MS-WSMV 3.1.4.14), it used ctrl_c
};
const std::set<std::string> our_elements{
    "Option",      // WINRS_NOPROFILE, WINRS_CODEPAGE, WINRS_CONSOLEMODE_STDIN
    "OptionSet",   // of Create, where the recorded client sent none
    "Lifetime",    // bounded, so that a dead scanner leaks nothing
    "IdleTimeOut", // likewise
};
const std::set<std::string> not_ours{
    "Name",             // a label nobody reads
    "WorkingDirectory", // the collector does not depend on it
};

std::string local_name(const FlatElement& element) {
    const auto brace = element.path.rfind('}');
    return element.path.substr(brace + 1);
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

// Several Arguments elements mean the same as one with blanks between: cmd.exe joins them.
std::vector<FlatElement> joined_arguments(std::vector<FlatElement> elements) {
    std::vector<FlatElement> out;
    for (auto& element : elements) {
        const bool follows = !out.empty() && local_name(element) == "Arguments" &&
                             local_name(out.back()) == "Arguments";
        if (follows) {
            out.back().text += " " + element.text;
        } else {
            out.push_back(std::move(element));
        }
    }
    return out;
}

std::string key_of(const FlatElement& element) {
    const auto name = element.attributes.find("Name");
    return element.path + (name == element.attributes.end() ? "" : "[" + name->second + "]");
}

void compare_element(const FlatElement& recorded, const FlatElement& ours) {
    const auto name = local_name(recorded);
    INFO("element " << recorded.path);
    if (name == "Option") {
        CHECK(lower(ours.attributes.at("Name")) == lower(recorded.attributes.at("Name")));
        // Windows reads TRUE, True and true alike; SKIP_CMD_SHELL is ignored since 2012 R2 and
        // never asked for by us.
        if (recorded.attributes.at("Name") != "WINRS_SKIP_CMD_SHELL") {
            CHECK(lower(ours.text) == lower(recorded.text));
        }
        return;
    }
    if (name == "OptionSet") return; // mustUnderstand on it: recorded on some, sent on all
    for (const auto& [key, value] : recorded.attributes) {
        if (key == "CommandId") continue; // an id
        INFO("attribute " << key);
        REQUIRE(ours.attributes.count(key) == 1);
        CHECK(lower(ours.attributes.at(key)) == lower(value));
    }
    if (free_text.count(name) != 0 || different_text.count(name) != 0) return;
    CHECK(ours.text == recorded.text);
}

void compare_requests(const std::string& recorded_text, const std::string& our_text) {
    const auto recorded = joined_arguments(flatten(recorded_text));
    const auto ours = joined_arguments(flatten(our_text));
    std::multimap<std::string, const FlatElement*> open;
    for (const auto& element : ours)
        open.emplace(key_of(element), &element);
    for (const auto& element : recorded) {
        const auto at = open.find(key_of(element));
        if (at == open.end()) {
            INFO("recorded, not sent: " << key_of(element));
            CHECK(not_ours.count(local_name(element)) == 1);
            continue;
        }
        compare_element(element, *at->second);
        open.erase(at);
    }
    for (const auto& [key, element] : open) {
        INFO("sent, not recorded: " << key);
        CHECK(our_elements.count(local_name(*element)) == 1);
    }
}

class Replayer final : public winrm::Poster {
public:
    explicit Replayer(const std::string& path) : exchanges_(load(path)) {}

    Task<Result<net::HttpResponse>>
    post(net::SharedText sent, HostDeadline&, Clock::duration) override {
        const auto envelope = sent.whole();
        REQUIRE(next_ < exchanges_.size());
        const auto& exchange = exchanges_[next_++];
        INFO("exchange " << next_);
        compare_requests(exchange.request, envelope);
        net::HttpResponse response;
        response.status = exchange.status;
        response.body = with_our_id(exchange.response, envelope);
        co_return response;
    }

    // Skips an exchange that our client has no reason for (the recorded one tried something first).
    void skip() { ++next_; }

    [[nodiscard]] bool finished() const { return next_ == exchanges_.size(); }

    [[nodiscard]] const std::vector<Exchange>& exchanges() const { return exchanges_; }

private:
    static std::string with_our_id(const std::string& response, const std::string& request) {
        std::smatch id;
        REQUIRE(std::regex_search(request, id, std::regex("MessageID>(uuid:[^<]+)<")));
        return std::regex_replace(
            response, std::regex("RelatesTo>[^<]+<"), "RelatesTo>" + id[1].str() + "<"
        );
    }

    std::vector<Exchange> exchanges_;
    std::size_t next_ = 0;
};

// What a stream says in the recorded answers, read by OpenSSL and a regular expression.
std::string recorded_stream(const std::vector<Exchange>& exchanges, const std::string& name) {
    std::string bytes;
    const std::regex stream("<rsp:Stream Name=\"" + name + "\"[^>]*>([^<]+)</rsp:Stream>");
    for (const auto& exchange : exchanges) {
        const auto& text = exchange.response;
        for (std::sregex_iterator at(text.begin(), text.end(), stream), end; at != end; ++at) {
            const auto encoded = (*at)[1].str();
            std::string out(encoded.size(), '\0');
            const int length = EVP_DecodeBlock(
                reinterpret_cast<unsigned char*>(out.data()),
                reinterpret_cast<const unsigned char*>(encoded.data()),
                static_cast<int>(encoded.size())
            );
            REQUIRE(length >= 0);
            const auto padding = std::count(encoded.end() - 2, encoded.end(), '=');
            bytes += out.substr(0, static_cast<std::size_t>(length - padding));
        }
    }
    return bytes;
}

std::uint32_t recorded_exit_code(const std::vector<Exchange>& exchanges) {
    std::smatch found;
    for (const auto& exchange : exchanges) {
        if (std::regex_search(exchange.response, found, std::regex("ExitCode>(\\d+)<"))) {
            return static_cast<std::uint32_t>(std::stoul(found[1]));
        }
    }
    FAIL("the recording has no exit code");
    return 0;
}

struct Case {
    std::string file;
    std::string command;
    std::string arguments;
    winrm::ShellOptions options = {};
    std::size_t skip_after_create = 0;
};

Task<Result<CommandOutput>>
replay(Replayer& replayer, const Case& play, Attempt& attempt, HostDeadline& deadline) {
    winrm::Shell shell("https://vm:5986/wsman", replayer, {}, attempt);
    auto created = co_await shell.create(play.options, deadline);
    if (!created) co_return std::move(created).error();
    for (std::size_t i = 0; i < play.skip_after_create; ++i)
        replayer.skip();
    auto output = co_await run_in_shell(shell, play.command, play.arguments, deadline);
    if (!output) co_await shell.terminate(deadline);
    const bool gone = co_await shell.remove(deadline);
    CHECK(gone);
    CHECK_FALSE(shell.exists());
    co_return output;
}

// Punctuation that a shell, XML and cmd.exe each read in their own way.
const std::string nasty = R"(_-(){}[]<>*+-/\?"!@#$^&|;:i,.`~0)";

winrm::ShellOptions with_environment() {
    winrm::ShellOptions options;
    options.environment = {{"env1", "var1"}, {"1234", "5678"}, {nasty, nasty}};
    return options;
}

winrm::ShellOptions with_lifetime() {
    winrm::ShellOptions options;
    options.lifetime = std::chrono::seconds(60);
    return options;
}

void gets_what_was_answered(const std::string& folder) {
    const std::vector<Case> plays{
        {"winrs_standard.yml", "cmd.exe", "/c echo hi"},
        {"winrs_stderr_rc.yml", "cmd.exe", "/c echo out && echo err>&2 && exit 1"},
        {"winrs_environment.yml", "cmd.exe", "/c set", with_environment()},
        {"winrs_extra_opts.yml", "powershell.exe", "(pwd).Path", with_lifetime()},
        {"winrs_unicode.yml",
         "powershell.exe",
         "Write-Host \xE3\x81\x93\xE3\x82\x93\xE3\x81\xAB\xE3\x81\xA1\xE3\x81\xAF"},
        {"winrs_no_cmd_shell.yml",
         R"(C:\Windows\system32\WindowsPowerShell\v1.0\powershell.exe)",
         "Write-Host hi",
         {},
         1},
    };
    for (const auto& play : plays) {
        INFO(play.file);
        Replayer replayer(folder + "/" + play.file);
        Attempt attempt;
        const auto output = run_task(
            [&](HostDeadline& deadline) { return replay(replayer, play, attempt, deadline); },
            std::chrono::seconds(60)
        );
        REQUIRE(output);
        CHECK(output->out == recorded_stream(replayer.exchanges(), "stdout"));
        CHECK(output->err == recorded_stream(replayer.exchanges(), "stderr"));
        CHECK(output->exit_code == recorded_exit_code(replayer.exchanges()));
        CHECK_FALSE(output->out.empty());
        CHECK(replayer.finished());
    }
}

void types_a_missing_program(const std::string& folder) {
    Replayer replayer(folder + "/winrs_no_cmd_shell.yml");
    Attempt attempt;
    const auto status = run_task(
        [&](HostDeadline& deadline) -> Task<Status> {
            winrm::Shell shell("https://vm:5986/wsman", replayer, {}, attempt);
            winrm::ShellOptions options;
            auto created = co_await shell.create(options, deadline);
            REQUIRE(created);
            co_return co_await shell.start("powershell.exe", "Write-Host hi", deadline);
        },
        std::chrono::seconds(60)
    );
    REQUIRE_FALSE(status);
    CHECK(status.error().phase() == Phase::run);
    CHECK(status.error().native() == "WSManFault 2147942402 InternalError");
    CHECK(status.error().detail().find("cannot find the file") != std::string_view::npos);
}

void ends_after_a_lost_command(const std::string& folder) {
    Replayer replayer(folder + "/winrs_bad_cmd_id.yml");
    const Case play{"winrs_bad_cmd_id.yml", "cmd.exe", "/c echo hi"};
    Attempt attempt;
    const auto output = run_task(
        [&](HostDeadline& deadline) { return replay(replayer, play, attempt, deadline); },
        std::chrono::seconds(60)
    );
    REQUIRE_FALSE(output);
    CHECK(output.error().native() == "WSManFault 2150858843 InvalidSelectors");
    CHECK(replayer.finished());
}

} // namespace

TEST_CASE("recordings: the client gets what the servers answered", "[winrm]") {
    gets_what_was_answered(twins());
}

TEST_CASE("recordings: a program that is not there is a typed fault", "[winrm]") {
    types_a_missing_program(twins());
}

TEST_CASE("recordings: a command id that is gone ends the run, the shell is deleted", "[winrm]") {
    ends_after_a_lost_command(twins());
}

TEST_CASE("recordings: so with traffic of real servers", "[.recordings]") {
    gets_what_was_answered(real_ones());
    types_a_missing_program(real_ones());
    ends_after_a_lost_command(real_ones());
}
