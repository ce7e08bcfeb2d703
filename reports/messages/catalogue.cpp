#include "reports/messages/catalogue.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <cassert>

#include "embedded/messages_en.hpp"

namespace rdpsweep {

Result<Catalogue> Catalogue::load(std::string_view json) {
    auto document = parse_json(json, Phase::config);
    if (!document) return std::move(document).error();
    if (!document->is_object()) {
        return Error(Phase::config, Errc::malformed_output, "a catalogue is one JSON object");
    }
    Catalogue catalogue;
    for (const auto& [key, value] : document->items()) {
        if (!value.is_string()) {
            return Error(
                Phase::config, Errc::malformed_output, printable(key) + " is not a sentence"
            );
        }
        catalogue.sentences_.emplace(key, value.get<std::string>());
    }
    return catalogue;
}

const Catalogue& Catalogue::english() {
    static const Catalogue catalogue = [] {
        auto loaded = load(embedded::messages_en);
        assert(loaded.has_value()); // part of this build, and a test reads it
        return loaded ? *std::move(loaded) : Catalogue();
    }();
    return catalogue;
}

bool Catalogue::has(std::string_view key) const {
    return sentences_.find(key) != sentences_.end();
}

std::string Catalogue::text(std::string_view key) const {
    const auto at = sentences_.find(key);
    return at == sentences_.end() ? "[" + std::string(key) + "]" : at->second;
}

std::string Catalogue::say(const Message& message) const {
    if (message.key.empty()) return {};
    const auto sentence = text(message.key);
    std::string_view rest = sentence;
    std::string said;
    // One pass over the sentence only: braces inside an argument are the argument's own.
    for (;;) {
        const auto open = rest.find('{');
        const auto close = open == rest.npos ? rest.npos : rest.find('}', open);
        if (close == rest.npos) return said.append(rest);
        const auto name = rest.substr(open + 1, close - open - 1);
        const auto argument = message.arguments.find(std::string(name));
        if (argument == message.arguments.end()) {
            said.append(rest.substr(0, open + 1));
            rest.remove_prefix(open + 1);
        } else {
            said.append(rest.substr(0, open)).append(argument->second);
            rest.remove_prefix(close + 1);
        }
    }
}

} // namespace rdpsweep
