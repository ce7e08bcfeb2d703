// CIM (WMI) questions and answers as values: what a transport carries and a collector asks.
// Everything in an answer was written by the host: text, never interpreted here.
#pragma once

#include "core/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rdpsweep::cim {

struct Instance;

// One property. CIM's numbers, booleans and times stay the text the host sent: an array of bytes is
// one decimal text a byte. Texts or objects, never both; neither when null.
struct Value {
    bool null = false;
    std::vector<std::string> texts;
    std::vector<Instance> objects; // embedded instances and references
};

struct Instance {
    std::string class_name; // empty for a row of a WQL query that names its columns
    std::vector<std::pair<std::string, Value>> properties;

    // Returns the property called name in any case, or null.
    [[nodiscard]] const Value* find(std::string_view name) const noexcept {
        for (const auto& [key, value] : properties) {
            if (iequals(key, name)) return &value;
        }
        return nullptr;
    }
};

// Returns Win32_Service.State, whose words are not translated, and SERVICE_STATUS.dwCurrentState, 1
// to 7: what sc.exe and the service manager call the same. Empty and 0 for any other.
[[nodiscard]] std::string_view service_state(std::uint32_t number) noexcept;
[[nodiscard]] std::uint32_t service_state(std::string_view word) noexcept;

using Rows = std::vector<Instance>;

// Returns how much memory an instance takes: its parts and all text in it.
[[nodiscard]] std::size_t bytes_of(const Instance& instance) noexcept;

using Names = std::vector<std::pair<std::string, std::string>>;

// One instance, by its keys (none for a singleton).
struct Get {
    Names selectors;
};

// Every row of a WQL query; the request's class is then not looked at.
struct Query {
    std::string wql;
};

// A method. No selector calls a static one. A parameter that occurs again makes an array.
struct Invoke {
    std::string method;
    Names parameters;
    Names selectors;
};

struct Request {
    std::string name_space; // root/cimv2
    std::string class_name;
    std::variant<Get, Query, Invoke> what;
};

// Tells whether a request is known to change nothing: Get, a SELECT, or a method of our short list.
// The transport sends no other.
[[nodiscard]] bool reads_only(const Request& request) noexcept;

} // namespace rdpsweep::cim
