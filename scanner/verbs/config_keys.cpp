// Looks keys up among the options of all verbs.
#include "scanner/verbs/config_keys.hpp"

#include "core/text.hpp"
#include "scanner/cli/presets.hpp"
#include "scanner/run/whole_paths.hpp"
#include "scanner/system/whole_path.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::string_view secret_words[] = {"password", "passphrase", "secret", "token"};

// Tells whether a key is what somebody would call a secret.
bool is_secret(std::string_view key) {
    const auto text = ascii_lower(key);
    return std::any_of(
        std::begin(secret_words),
        std::end(secret_words),
        [&text](std::string_view word) { return text.find(word) != std::string::npos; }
    );
}

} // namespace

bool takes_several(const cli::Option& option) noexcept {
    return (option.repeatable() && option.bind.takes != cli::Takes::count) ||
           option.type.find("[,") != std::string::npos;
}

ConfigKeys::ConfigKeys(cli::Verbs verbs) {
    for (const auto& verb : verbs) {
        if (!verb.ask) continue;
        auto& known = verbs_[std::string(verb.name)];
        known.asked = verb.ask(cli_names());
        for (const auto& option : known.asked.options) {
            if (auto key = cli::key_of(option); !key.empty())
                known.options[std::move(key)] = &option;
        }
    }
}

std::vector<std::string_view> ConfigKeys::verbs() const {
    std::vector<std::string_view> names;
    for (const auto& [name, known] : verbs_)
        names.push_back(name);
    return names;
}

const cli::Option* ConfigKeys::find(std::string_view verb, std::string_view key) const {
    const cli::Option* found = nullptr;
    for (const auto& [name, known] : verbs_) {
        if (!verb.empty() && name != verb) continue;
        const auto at = known.options.find(key);
        if (at == known.options.end()) continue;
        if (found == nullptr || cli::may_be_preset(*at->second)) found = at->second;
    }
    return found;
}

Mistake ConfigKeys::unknown(std::string_view verb, std::string_view key) const {
    const auto where = verb.empty() ? std::string() : " of " + std::string(verb);
    const auto what = "no option" + where + " is called " + in_quotes(key).str();
    if (is_secret(key)) {
        return {
            what + ", and a configuration holds no secret",
            "refer to it: password-env, password-file, or credentials of an inventory"};
    }
    std::vector<std::string_view> names;
    for (const auto& [name, known] : verbs_) {
        for (const auto& [option, row] : known.options) {
            const bool meant = verb.empty() || name == verb;
            if (meant && cli::may_be_preset(*row)) names.emplace_back(option);
        }
    }
    const auto near = nearest(key, names);
    if (near) return {what, "did you mean " + std::string(*near) + "?"};
    return {
        what,
        verb.empty() ? "rdpsweep VERB --help lists the options; --jobs 500 is jobs: 500"
                     : "see: rdpsweep " + std::string(verb) + " --help"};
}

std::optional<Mistake> ConfigKeys::relative(const cli::Option& option, const std::string& text) {
    const auto key = cli::key_of(option);
    std::string whole = text;
    // What the folder changes is relative.
    constexpr auto folder = "/here";
    if (key == "inventory") {
        whole = whole_source(text, folder);
    } else if (key == "target") {
        for (const auto& word : split(text, ','))
            if (whole_target(word, folder) != word) whole.clear();
    } else if (option.type == "FORMAT[:PATH]") {
        const auto colon = text.find(':');
        if (colon != std::string::npos)
            whole = text.substr(0, colon + 1) + whole_path(text.substr(colon + 1), folder);
    } else if (option.type == "FILE" || option.type == "FOLDER") {
        whole = whole_path(text, folder);
    }
    if (whole == text) return {};
    return Mistake{
        key + " names a file by the folder that rdpsweep is started in",
        "write its whole path, which begins with a slash"};
}

} // namespace rdpsweep
