// Brings the sources of a scope and its expressions into one form, and hashes that.
#include "scanner/scope/scope_key.hpp"

#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/scope/sources.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace rdpsweep {

namespace {

enum class Case { kept, folded };

// Returns the words sorted, each once. Names of Azure mean the same in either case.
std::vector<std::string> settled(std::vector<std::string> words, Case folding = Case::kept) {
    for (auto& word : words) {
        word = std::string(trim(word));
        if (folding == Case::folded) word = ascii_lower(word);
    }
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

// Returns an expression with no blank but those in quotes, where they mean something.
std::string without_blanks(std::string_view expression) {
    std::string kept;
    char quote = 0;
    for (const char c : expression) {
        if (quote == 0 && (c == ' ' || c == '\t')) continue;
        if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (c == quote)
            quote = 0;
        kept += c;
    }
    return kept;
}

} // namespace

std::string scope_key(const ScopeOptions& scope) {
    const auto names = name_sources(scope.inventories, scope.targets, scope.azure);
    const auto from_stdin = std::find(names.files.begin(), names.files.end(), "-");
    if (scope.pick > 0 || scope.limit > 0 || from_stdin != names.files.end()) return {};
    const auto& azure = names.azure;
    const nlohmann::json form{
        {"files", settled(names.files)},
        {"targets", settled(names.arguments)},
        {"disks", settled(scope.disks)},
        {"all_subscriptions", azure.all},
        {"subscriptions", settled(azure.subscriptions, Case::folded)},
        {"resource_groups", settled(azure.resource_groups, Case::folded)},
        {"resources", settled(azure.resources, Case::folded)},
        {"cloud", azure.wanted() ? azure.cloud : ""},
        {"select", without_blanks(scope.select)},
        {"exclude", without_blanks(scope.exclude)}};
    return sha256_hex(dump_json(form));
}

} // namespace rdpsweep
