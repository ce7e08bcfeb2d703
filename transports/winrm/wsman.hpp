// WS-Management messages of the cmd shell (MS-WSMV 3.1.4.5 - 3.1.4.14): text out, text in, no I/O.
#pragma once

#include "core/result.hpp"
#include "transports/net/shared_text.hpp"
#include "transports/winrm/fault.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep::winrm {

// What is the same in every message of one shell.
struct Conversation {
    std::string endpoint;   // https://host:5986/wsman
    std::string session_id; // upper-case GUID, chosen by us
    std::string shell_id;   // set from the answer to Create
};

struct Message {
    std::string id; // a:MessageID, without "uuid:"
    net::SharedText xml;
};

struct ShellOptions {
    // Values must outlive the options.
    std::vector<std::pair<std::string, std::string_view>> environment;
    // More of it, as variable() writes it: the script is 40 KB, and a sweep holds thousands of
    // these. Null: none.
    std::shared_ptr<const std::string> shared_environment;
    std::chrono::seconds lifetime{0};      // 0: Shell::create chooses by the host's deadline
    std::chrono::seconds idle_timeout{60}; // the least Windows allows: a dead scanner leaks little
};

// A variable longer than this does not fit a Windows environment block (CreateProcess).
inline constexpr std::size_t longest_variable = 32'767;

// Returns one variable of a shell's environment as XML.
std::string variable(std::string_view name, std::string_view value);

Message create_shell(
    const Conversation& conversation, const ShellOptions& options, std::chrono::seconds timeout
);

// Returns one line for cmd.exe, which joins command and arguments by a blank and reads
// metacharacters.
Message run_command(
    const Conversation& conversation,
    std::string_view command,
    std::string_view arguments,
    std::chrono::seconds timeout
);

// A part of what a command reads from stdin.
struct InputPiece {
    std::string_view bytes;
    bool last = false; // stdin ends behind it
};

Message send_input(
    const Conversation& conversation,
    std::string_view command_id,
    InputPiece piece,
    std::chrono::seconds timeout
);
Message receive(
    const Conversation& conversation, std::string_view command_id, std::chrono::seconds timeout
);
Message terminate(
    const Conversation& conversation, std::string_view command_id, std::chrono::seconds timeout
);
Message delete_shell(const Conversation& conversation, std::chrono::seconds timeout);

// What an answer said. Only what its kind carries is set.
struct Reply {
    std::string action;
    std::optional<Fault> fault;
    std::string shell_id;   // Create
    std::string owner;      // Create: the account the host knows us as
    std::string command_id; // Command
    std::string out, err;   // Receive: bytes of this answer, decoded from Base64
    bool done = false;      // Receive: CommandState Done
    std::optional<std::uint32_t> exit_code;
};

// Reads an answer to the message called id. Error{http, protocol_violation} when it is no SOAP, or
// relates to another message (a fault may relate to none).
Result<Reply> read_reply(std::string_view xml, std::string_view id);

} // namespace rdpsweep::winrm
