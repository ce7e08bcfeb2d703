// Loads a catalogue, checks it against this build, and fills in a sentence's arguments.
#include "reports/messages/catalogue.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cassert>

#include "embedded/messages_en.hpp"
#include "embedded/messages_zh_tw.hpp"

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 2> languages{"en", "zh-TW"};

Catalogue part_of_this_build(std::string_view json) {
    auto loaded = Catalogue::load(json);
    assert(loaded.has_value()); // a test reads each
    return loaded ? *std::move(loaded) : Catalogue();
}

} // namespace

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
    static const Catalogue catalogue = part_of_this_build(embedded::messages_en);
    return catalogue;
}

const Catalogue& Catalogue::built_in(std::string_view language) {
    if (language != "zh-TW") return english();
    static const Catalogue catalogue = [] {
        auto chinese = part_of_this_build(embedded::messages_zh_tw);
        chinese.learn_phrases(english());
        return chinese;
    }();
    return catalogue;
}

void Catalogue::learn_phrases(const Catalogue& original) {
    constexpr std::string_view prefix = "phrase.";
    auto at = original.sentences_.lower_bound(prefix);
    for (; at != original.sentences_.end() && at->first.starts_with(prefix); ++at)
        phrases_.emplace(at->second, text(at->first));
}

std::string Catalogue::phrase(std::string_view english) const {
    const auto at = phrases_.find(english);
    return at == phrases_.end() ? std::string(english) : at->second;
}

std::span<const std::string_view> built_in_languages() noexcept {
    return languages;
}

std::vector<std::string_view> Catalogue::keys() const {
    std::vector<std::string_view> keys;
    for (const auto& [key, sentence] : sentences_)
        keys.push_back(key);
    return keys;
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
