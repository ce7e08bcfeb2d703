// Writes run.json, and reads what this version and earlier ones wrote.
#include "scanner/store/run_document.hpp"

#include "core/json.hpp"
#include "core/json_document.hpp"
#include "core/json_members.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "scanner/store/finished_records.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

// A run.json of another version may mean something else by the same members.
Status check_schema(JsonValue document, const std::string& path) {
    if (!document.find("run"))
        return Error(Phase::config, Errc::malformed_output, path + " is not a run");
    const auto found = document.find("schema");
    const auto schema = found ? found->text().value_or("none") : "none";
    if (schema == run_schema) return {};
    return Error(
               Phase::config,
               Errc::unsupported,
               path + " has the schema " + printable(schema, 60) + "; this version reads " +
                   std::string(run_schema)
    )
        .with_hint("read it with the version of rdpsweep that wrote it, or sweep again");
}

Totals read_totals(const Members& in) {
    Totals totals;
    totals.targets = in.number<std::size_t>("targets");
    for (const auto outcome : all_outcomes()) {
        const auto count = in.number<std::size_t>(to_string(outcome));
        if (count > 0) totals.by_outcome[outcome] = count;
    }
    for (const auto verdict : all_verdicts()) {
        const auto count = in.number<std::size_t>(to_string(verdict));
        if (count > 0) totals.by_verdict[verdict] = count;
    }
    return totals;
}

// Reads the members besides "run". Earlier versions stored neither marks nor options.
Status read_besides(JsonValue document, RunDocument& read) {
    std::string problem;
    const Members in(document, "", problem);
    read.marks = {in.text("name"), in.text("scope"), in.texts("rules")};
    if (in.find("totals")) read.totals = read_totals(in.inside("totals"));
    const auto options = document.find("options");
    if (options) read.options = options->written();
    if (problem.empty()) return {};
    return Error(Phase::config, Errc::malformed_output, std::move(problem));
}

} // namespace

Error part_error(const Error& error, const std::string& path) {
    if (error.code() != Errc::not_found) return error;
    return Error(Phase::config, Errc::not_found, "the run is not whole: there is no " + path)
        .with_hint("was a part of it deleted? Sweep again");
}

bool RunDocument::complete() const noexcept {
    return totals && totals->balanced() && !run.interrupted;
}

Result<std::string> to_json_text(const RunDocument& document, const Say& say) {
    const auto& marks = document.marks;
    nlohmann::json object{{"schema", run_schema}, {"run", to_json(document.run, say)}};
    if (!marks.name.empty()) object["name"] = to_valid_utf8(marks.name);
    if (!marks.scope.empty()) object["scope"] = to_valid_utf8(marks.scope);
    if (!marks.rules.empty()) object["rules"] = marks.rules;
    object["complete"] = document.complete();
    if (document.totals) object["totals"] = to_json(*document.totals);
    if (!document.options.empty()) {
        auto options = parse_json(document.options, Phase::config, run_limits);
        if (!options) return std::move(options).error();
        object["options"] = *std::move(options);
    }
    auto text = dump_json(object) + "\n";
    if (text.size() <= run_limits.bytes) return text;
    return Error(
               Phase::config,
               Errc::local_limit,
               "run.json is too large to be read again: " + std::to_string(text.size()) + " bytes"
    )
        .with_hint("give the targets in a file, with -i, and not on the command line");
}

Result<RunDocument> read_run_document(const StateFolder& folder) {
    const auto path = folder.path_of("run.json");
    const auto text = folder.read("run.json", run_limits.bytes);
    if (!text) return part_error(text.error(), path);
    const auto parsed = JsonDocument::read(*text, Phase::config, run_limits);
    if (!parsed) return parsed.error();
    const auto document = parsed->root();
    auto known = check_schema(document, path);
    if (!known) return std::move(known).error();
    RunDocument read;
    auto run = run_from_json(*document.find("run"));
    if (!run) return std::move(run).error();
    read.run = *std::move(run);
    if (read.run.targets > most_records)
        return Error(Phase::config, Errc::malformed_output, path + " has too many targets");
    auto besides = read_besides(document, read);
    if (!besides) return std::move(besides).error();
    return read;
}

} // namespace rdpsweep
