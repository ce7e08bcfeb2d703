// Asks yaml-cpp for one more document, and stops it where that begins.
#include "scanner/inventory/yaml_second.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <string>

namespace rdpsweep {

namespace {

// The parser can only be stopped by throwing through it.
struct Begun {
    Position at;
};

struct Second final : YAML::EventHandler {
    void OnDocumentStart(const YAML::Mark& mark) override {
        throw Begun{
            {static_cast<std::uint32_t>(mark.line + 1),
             static_cast<std::uint32_t>(mark.column + 1)}};
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}

    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}

    void
    OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}

    void OnSequenceStart(
        const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value
    ) override {}

    void OnSequenceEnd() override {}

    void OnMapStart(
        const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value
    ) override {}

    void OnMapEnd() override {}
};

} // namespace

std::optional<Position> find_second_document(YAML::Parser& parser) {
    Second second;
    try {
        parser.HandleNextDocument(second);
    } catch (const Begun& begun) {
        return begun.at;
    }
    return {};
}

} // namespace rdpsweep
