// Bytes on their way to a sink: collected into larger pieces, and the first failure remembered.
#pragma once

#include "reports/report.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

class Output {
public:
    explicit Output(Sink sink) : sink_(std::move(sink)) {}

    // Writes bytes. After a failure nothing more is written: half a report is not followed by its
    // other half.
    Output& operator<<(std::string_view bytes);

    // Hands over what is still held; the first error of all writes.
    Status flush();

private:
    Sink sink_;
    std::string held_;
    std::optional<Error> failure_;
};

// Returns "1.234", as formats for programs want a time; a negative time is 0.
std::string in_seconds(std::chrono::milliseconds time);

} // namespace rdpsweep
