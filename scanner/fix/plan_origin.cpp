// Opens the run of a plan, makes the plan again and holds the two against each other.
#include "scanner/fix/plan_origin.hpp"

#include "core/text.hpp"
#include "scanner/fix/plan_difference.hpp"
#include "scanner/fix/plan_document.hpp"

#include <nlohmann/json.hpp>

#include <ctime>

namespace rdpsweep {

namespace {

Error not_believed(const Plan& plan, const std::string& what) {
    return Error(Phase::config, Errc::malformed_output, "the plan is not believed: " + what)
        .with_hint("make a right one: rdpsweep fix plan " + printable(plan.run, 60));
}

Error not_here(const Plan& plan, const std::string& state_dir) {
    return Error(
               Phase::config,
               Errc::not_found,
               "the run " + printable(plan.run, 60) + " that the plan was made from is not in " +
                   state_dir + "/runs"
    )
        .with_hint("use the plan where it was made, or say --state; or scan from here and make a "
                   "new one: rdpsweep fix plan last");
}

std::string words_of(const PlanDifference& difference, const Plan& plan) {
    auto words = difference.where + " is " + difference.expected + " by the stored run " +
                 printable(plan.run, 60) + ", and " + difference.found + " in the plan";
    if (plan.version != RDPSWEEP_VERSION)
        words += "; version " + printable(plan.version, 40) + " made it, and this is " +
                 RDPSWEEP_VERSION;
    return words;
}

} // namespace

Result<StoredRun> open_origin(const Plan& plan, const std::string& state_dir) {
    auto stored = StoredRun::open(state_dir, plan.run);
    if (!stored && stored.error().code() == Errc::not_found) return not_here(plan, state_dir);
    // A beginning of an id, or "last", means another run tomorrow.
    if (stored && stored->run().id != plan.run) return not_here(plan, state_dir);
    return stored;
}

Status hold_against(const Plan& plan, std::string_view text, StoredRun& stored, std::int64_t now) {
    if (!plan.made_with)
        return not_believed(plan, "it is of an older version, and does not say what was asked for");
    if (plan.created - now > most_skew.count())
        return not_believed(
            plan,
            "it was made at " + to_iso8601(plan.created) + ", and here it is " + to_iso8601(now)
        );
    auto again = make_plan(stored.run(), stored, *plan.made_with, plan.created);
    if (!again) return not_believed(plan, std::string(again.error().detail()));
    again->id = plan.id;
    again->created_by = plan.created_by;
    again->version = plan.version;
    auto expected = parse_plan(plan_text(*again));
    auto found = parse_plan(text);
    if (!expected) return std::move(expected).error();
    if (!found) return std::move(found).error();
    // It differs where anything does.
    expected->erase("digest");
    found->erase("digest");
    const auto difference = first_difference(*expected, *found);
    if (difference) return not_believed(plan, words_of(*difference, plan));
    return {};
}

Status hold_against_run(const Plan& plan, std::string_view text, const std::string& state_dir) {
    auto stored = open_origin(plan, state_dir);
    if (!stored) return std::move(stored).error();
    return hold_against(plan, text, *stored, static_cast<std::int64_t>(std::time(nullptr)));
}

TerminalText not_held_note(const Plan& plan, const std::string& state_dir) {
    return "rdpsweep: not held against its run: " + printable(plan.run, 60) + " is not in " +
           printable(state_dir, 1000) + "/runs. fix apply does it where the run is\n";
}

} // namespace rdpsweep
