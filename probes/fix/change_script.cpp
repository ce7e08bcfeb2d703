// Writes the arguments of the change script and reads the rows that it prints.
#include "probes/fix/change_script.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/unicode.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

#include "embedded/change_ps1.hpp"

namespace rdpsweep {

namespace {

using Did = ChangeResult::Did;

constexpr std::array words{
    std::pair{Did::kept, std::string_view("kept")},
    std::pair{Did::written, std::string_view("written")},
    std::pair{Did::drift, std::string_view("drift")},
    std::pair{Did::failed, std::string_view("failed")}};

Error malformed(std::string what) {
    return {Phase::decode, Errc::malformed_output, std::move(what)};
}

std::string_view name_of(ChangeMode mode) {
    switch (mode) {
    case ChangeMode::read:
        return "read";
    case ChangeMode::apply:
        return "apply";
    case ChangeMode::undo:
        return "undo";
    }
    return "read";
}

std::optional<std::string> text_in(const nlohmann::json& row, const char* name) {
    const auto found = row.find(name);
    if (found == row.end() || !found->is_string()) return {};
    auto text = base64_decode(found->get_ref<const std::string&>());
    if (!text) return {};
    return to_valid_utf8(*text);
}

Result<ChangeResult> read_row(const nlohmann::json& row) {
    if (!row.is_object()) return malformed("a change is no object");
    ChangeResult result;
    auto found = text_in(row, "found"), now = text_in(row, "now"), why = text_in(row, "why");
    if (!found || !now || !why) return malformed("a change lacks a text");
    result.found = *std::move(found);
    result.now = *std::move(now);
    result.why = *std::move(why);
    const auto did = row.find("did");
    for (const auto& [value, word] : words) {
        if (did == row.end() || !did->is_string() || did->get_ref<const std::string&>() != word)
            continue;
        result.did = value;
        return result;
    }
    return malformed("a change does not say what was done");
}

} // namespace

std::string_view change_script() noexcept {
    return embedded::change_ps1;
}

std::string change_arguments(ChangeMode mode, const std::vector<Change>& changes, bool restart) {
    return R"({"mode":")" + std::string(name_of(mode)) + R"(","changes":")" +
           base64_encode(to_lines(changes)) + (restart ? R"(","restart":true})" : R"("})");
}

Result<std::vector<ChangeResult>> read_changes(std::string_view json, std::size_t count) {
    const auto document = parse_json(json, Phase::decode);
    if (!document) return document.error();
    if (!document->is_object() || document->value("schema", nlohmann::json()) != "changes/1")
        return malformed("the answer is no changes/1");
    const auto rows = document->find("changes");
    if (rows == document->end() || !rows->is_array() || rows->size() != count)
        return malformed("the answer is not about as many changes as were asked for");
    std::vector<ChangeResult> results;
    for (const auto& row : *rows) {
        auto result = read_row(row);
        if (!result) return std::move(result).error();
        results.push_back(*std::move(result));
    }
    return results;
}

} // namespace rdpsweep
