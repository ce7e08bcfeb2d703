// The floor of WinRM over HTTPS with Basic: a loop with blocking sockets and bare OpenSSL that does
// for each host what rdpsweep does on the wire, and nothing else.
// usage: winrm_floor PORT HOSTS SCRIPT CA, with the password in RDPSWEEP_PASSWORD
//
// Hosts are 127.0.1.1 and following, as the simulated fleet's. It prints the bytes it read. The
// five messages are written once; a host's ids are put into them, and found in its answers by
// searching.
#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "transports/winrm/wsman.hpp"

#include <openssl/ssl.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

#include "bench/fleet_address.hpp"

namespace {

using namespace rdpsweep;

constexpr auto patience = std::chrono::seconds(60);
constexpr std::size_t guid_length = 36;
const std::string shell_mark(guid_length, 'S');
const std::string command_mark(guid_length, 'C');

struct Messages {
    std::string create, command, receive, terminate, remove;
};

Messages messages(const std::string& script) {
    constexpr std::size_t longest = 32'000;
    winrm::Conversation conversation{"https://127.0.0.1/wsman", random_guid(), ""};
    winrm::ShellOptions options;
    options.environment = {
        {"RDPSWEEP_NONCE", "0123456789abcdef0123456789abcdef"}, {"RDPSWEEP_ARGS", "{}"}};
    std::string sum;
    for (std::size_t at = 0, part = 0; at < script.size(); at += longest, ++part) {
        const auto name = "RDPSWEEP_SCRIPT" + std::to_string(part);
        options.environment.emplace_back(name, std::string_view(script).substr(at, longest));
        sum += (part == 0 ? "$env:" : "+$env:") + name;
    }
    Messages all;
    all.create = winrm::create_shell(conversation, options, patience).xml.whole();
    conversation.shell_id = shell_mark;
    all.command =
        winrm::run_command(
            conversation,
            "powershell.exe",
            "-NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command \"Invoke-Expression (" +
                sum + ")\"",
            patience
        )
            .xml.whole();
    all.receive = winrm::receive(conversation, command_mark, patience).xml.whole();
    all.terminate = winrm::terminate(conversation, command_mark, patience).xml.whole();
    all.remove = winrm::delete_shell(conversation, patience).xml.whole();
    return all;
}

// Every mark in text becomes id.
std::string with(std::string text, const std::string& mark, const std::string& id) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + id.size()))
        text.replace(at, mark.size(), id);
    return text;
}

std::string between(const std::string& text, const std::string& before, char end) {
    const auto at = text.find(before);
    if (at == std::string::npos) return {};
    const auto from = at + before.size();
    return text.substr(from, text.find(end, from) - from);
}

class Wire {
public:
    Wire(SSL* ssl, std::string head) : ssl_(ssl), head_(std::move(head)) {}

    // The body of the answer; empty when it is none of status 200.
    std::string post(const std::string& body) {
        const auto request =
            head_ + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) return {};
        std::string answer;
        std::size_t whole = std::string::npos;
        while (answer.size() < whole) {
            char block[16'384];
            const int count = SSL_read(ssl_, block, sizeof block);
            if (count <= 0) return {};
            answer.append(block, static_cast<std::size_t>(count));
            if (whole != std::string::npos) continue;
            const auto end = answer.find("\r\n\r\n");
            if (end == std::string::npos) continue;
            const auto length = between(answer, "Content-Length: ", '\r');
            whole = end + 4 + static_cast<std::size_t>(std::atol(length.c_str()));
        }
        read += answer.size();
        return answer.find(" 200 ") == std::string::npos ? std::string() : answer;
    }

    std::size_t read = 0;

private:
    SSL* ssl_;
    std::string head_;
};

bool collect(Wire& wire, const Messages& all) {
    const auto created = wire.post(all.create);
    const auto shell = between(created, "<rsp:ShellId>", '<');
    const auto started = wire.post(with(all.command, shell_mark, shell));
    const auto command = between(started, "<rsp:CommandId>", '<');
    if (shell.empty() || command.empty()) return false;
    const auto receive = with(with(all.receive, shell_mark, shell), command_mark, command);
    for (;;) {
        const auto output = wire.post(receive);
        if (output.empty()) return false;
        if (output.find("CommandState/Done") != std::string::npos) break;
    }
    wire.post(with(with(all.terminate, shell_mark, shell), command_mark, command));
    wire.post(with(all.remove, shell_mark, shell));
    return true;
}

} // namespace

int main(int count, char** words) {
    const char* password = std::getenv("RDPSWEEP_PASSWORD");
    if (count < 5 || password == nullptr) return 2;
    std::ifstream file(words[3]);
    const auto all = messages(std::string(std::istreambuf_iterator<char>(file), {}));
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_load_verify_locations(context, words[4], nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    const auto head = "POST /wsman HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic " +
                      base64_encode(std::string("SIM\\sweeper:") + password) +
                      "\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n";
    std::size_t read = 0;
    int done = 0;
    for (int host = 0; host < std::atoi(words[2]); ++host) {
        const int socket = connect_to(static_cast<unsigned>(host), std::atoi(words[1]));
        if (socket < 0) continue;
        SSL* ssl = SSL_new(context);
        SSL_set_fd(ssl, socket);
        if (SSL_connect(ssl) == 1) {
            Wire wire(ssl, head);
            done += collect(wire, all) ? 1 : 0;
            read += wire.read;
        }
        SSL_free(ssl);
        close(socket);
    }
    std::printf("%d hosts, %zu bytes\n", done, read);
    return done == std::atoi(words[2]) ? 0 : 1;
}
