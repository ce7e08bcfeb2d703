// Answers as Resource Manager gives them, whoever behind it was asked.
#pragma once

#include "tests/simfleet/winrm/http_message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace simfleet {

// body: null for an answer without one.
HttpResponse json_answer(unsigned status, const nlohmann::json& body);

// The error's code and message, in the shape that all resource providers share.
HttpResponse arm_failure(unsigned status, const std::string& code, const std::string& message);

} // namespace simfleet
