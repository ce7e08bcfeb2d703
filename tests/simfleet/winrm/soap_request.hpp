// A WS-Management request, read as strictly as a Windows server reads it.
#pragma once

#include "tests/simfleet/winrm/soap_fault.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace simfleet {

// What a request about WMI wants.
struct CimCall {
    std::string name_space; // lower case: root/cimv2
    std::string class_name; // of the resource; "*" for all
    std::map<std::string, std::string> selectors;
    std::string dialect, filter; // of an Enumerate
    bool optimize = false;
    std::string context;                                         // of a Pull or Release
    std::string method;                                          // of an Invoke
    std::vector<std::pair<std::string, std::string>> parameters; // its input
};

struct SoapRequest {
    std::string action;                                 // the full URI
    std::string verb;                                   // its last part: "Create", "Receive"
    std::string resource;                               // ResourceURI
    std::string message_id;                             // as sent, "uuid:..."
    std::string locale;                                 // xml:lang; empty when not sent
    std::size_t max_envelope = 153600;                  // octets the client takes
    std::chrono::milliseconds operation_timeout{60000}; // clamped to [500 ms, 60 s]
    std::string shell_id;                               // SelectorSet/ShellId
    std::map<std::string, std::string> options;         // OptionSet

    // rsp:Shell of a Create
    std::vector<std::pair<std::string, std::string>> environment;
    std::string input_streams, output_streams, idle_timeout, working_directory;
    // rsp:CommandLine of a Command
    std::string command;
    std::vector<std::string> arguments;
    // rsp:Receive, rsp:Send, rsp:Signal
    std::string command_id;
    std::string streams;        // DesiredStream, or the Name of a sent Stream
    std::string data;           // of a Send, decoded
    bool end_of_input = false;  // of a Send
    std::string signal;         // the last part of the code's URI, lower case
    std::optional<CimCall> cim; // set when the resource is one of WMI
    // Below WinRM's own configuration, in lower case: "", "service", "client/auth", "listener".
    std::optional<std::string> config;
};

// Checks the headers that every request must have, and the body its verb needs.
std::variant<SoapRequest, SoapFault> read_soap(std::string_view body);

// Returns the fault with that WSManFault code that answers the request.
SoapFault failure_of(std::uint32_t code, const SoapRequest& request);

// True for an Identify, which has no headers at all.
bool is_identify(std::string_view body);

// "PT20S", "PT1M0.5S": XML Schema durations without years and months. Nothing when it is not one,
// or negative.
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);

} // namespace simfleet
