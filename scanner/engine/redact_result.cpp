// Redacts values one by one; the names of rules, facts and keys are ours.
#include "scanner/engine/redact_result.hpp"

#include "core/json.hpp"
#include "core/secret.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

// Goes as deep as the document, whose depth was bounded when it was parsed.
void redact_strings(nlohmann::json& value) {
    if (value.is_string()) {
        value = redact_long(value.get_ref<const std::string&>());
    } else if (value.is_structured()) {
        for (auto& member : value)
            redact_strings(member);
    }
}

std::string redact_document(std::string document) {
    auto parsed = parse_json(document, Phase::decode);
    if (!parsed) return {}; // it was read before: none of ours
    redact_strings(*parsed);
    return dump_json(*parsed);
}

} // namespace

void redact_arguments(Message& message) {
    for (auto& [name, value] : message.arguments)
        value = redact(value);
}

// What findings show is from the facts: where no secret stands plainly in these, in none of both. A
// VM that means to hide a password from us can anyway, by a cipher of its own.
void redact_result(HostResult& result) {
    if (!holds_secret(result.facts_json)) return;
    for (auto& finding : result.findings) {
        redact_arguments(finding.summary);
        for (auto& evidence : finding.evidence)
            evidence.observed = redact(evidence.observed);
    }
    result.facts_json = redact_document(std::move(result.facts_json));
}

} // namespace rdpsweep
