// The requests of a snapshot's life, and what their refusals mean.
#include "transports/azure/snapshot.hpp"

#include "core/digest.hpp"
#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"
#include "transports/azure/operation.hpp"
#include "transports/azure/rows.hpp"

namespace rdpsweep::azure {

namespace {

using nlohmann::json;

constexpr auto snapshot_version = "?api-version=2024-03-02";
constexpr auto snapshots_path = "/providers/Microsoft.Compute/snapshots/";

constexpr auto making = "the snapshot cannot be made";
constexpr auto beginning = "access to the snapshot cannot be had";
constexpr auto ending = "the access to the snapshot cannot be ended";
constexpr auto removing = "the snapshot cannot be removed";

bool is_good(const RestAnswer& answer) {
    return answer.status >= 200 && answer.status < 300;
}

// Returns the name of the policy that forbids it, as its owner calls it.
std::string policy_of(std::string_view body) {
    const auto answer = parse_json(body, Phase::open);
    if (!answer) return {};
    const auto& more = field(*answer, "error/additionalInfo");
    for (const auto& each : more.is_array() ? more : json::array()) {
        for (const auto* name : {"info/policyDefinitionDisplayName", "info/policyDefinitionName"}) {
            auto found = text(each, name);
            if (!found.empty()) return found;
        }
    }
    return {};
}

// Returns an answer that is no success, as an Error.
Error refusal(const char* stage, const RestAnswer& answer) {
    const auto error = arm_error(answer);
    const auto code = read_failure(answer.body).code;
    if (iequals(code, "RequestDisallowedByPolicy")) {
        const auto policy = policy_of(answer.body);
        return Error(
                   Phase::open,
                   Errc::blocked_by_policy,
                   std::string(stage) + ": a policy of Azure forbids it" +
                       (policy.empty() ? "" : ": " + foreign_text(policy, 120))
        )
            .with_native(std::string(error.native()))
            .with_hint("have whoever may make one do so, and read that: --snapshot-id ID");
    }
    if (iequals(code, "ScopeLocked")) {
        return Error(
                   Phase::open,
                   Errc::blocked_by_policy,
                   std::string(stage) + ": " + std::string(error.detail())
        )
            .with_native(std::string(error.native()))
            .with_hint("az lock list shows who locks what; or read a snapshot: --snapshot-id ID");
    }
    return while_doing(stage, error);
}

// Sends an action of a snapshot and waits until it has ended.
Task<Result<json>>
act(Arm& arm,
    const std::string& snapshot,
    const char* action,
    const json& body,
    HostDeadline& deadline) {
    auto path = snapshot + "/" + action + snapshot_version;
    auto words = body.is_null() ? std::string() : dump_json(body);
    auto answer = co_await arm.insist("POST", std::move(path), std::move(words), deadline);
    if (!answer) co_return std::move(answer).error();
    if (!is_good(*answer)) co_return arm_error(*answer);
    if (answer->status == 204 || (answer->status == 200 && answer->body.empty()))
        co_return json::object();
    auto done = co_await finish_operation(arm, *answer, deadline);
    cleanse(answer->body);
    co_return done;
}

json body_of(const SnapshotOrder& order) {
    return {
        {"location", order.disk.location},
        {"tags", {{snapshot_tag, snapshot_tag_value(order.run)}}},
        {"properties",
         {{"incremental", true},
          {"networkAccessPolicy", "AllowAll"},
          {"creationData", {{"createOption", "Copy"}, {"sourceResourceId", order.disk.id}}}}}};
}

bool is_of_run(const json& snapshot, const std::string& run) {
    return text(field(snapshot, "tags"), snapshot_tag) == snapshot_tag_value(run);
}

// Looks whether what was made is what was asked for.
Status check_made(const json& snapshot, const SnapshotOrder& order) {
    const auto state = text(snapshot, "properties/provisioningState");
    if (!iequals(state, "Succeeded")) {
        return Error(
                   Phase::open,
                   Errc::nonzero_exit,
                   std::string(making) + ": Azure says that it is " + foreign_text(state, 40)
        )
            .with_native("provisioningState " + foreign_text(state, 40))
            .with_hint("look at it in Azure's activity log, and scan --rerun last");
    }
    const auto source = text(snapshot, "properties/creationData/sourceResourceId");
    const auto unique = text(snapshot, "properties/creationData/sourceUniqueId");
    const bool other =
        !unique.empty() && !order.disk.unique_id.empty() && !iequals(unique, order.disk.unique_id);
    if (iequals(source, order.disk.id) && !other) return {};
    return Error(Phase::open, Errc::protocol_violation, "the snapshot is of another disk")
        .with_native("sourceUniqueId " + foreign_text(unique, 60))
        .with_hint("was the OS disk swapped meanwhile? scan --rerun last");
}

} // namespace

std::string snapshot_tag_value(const std::string& run) {
    return "scan " + run;
}

std::string new_snapshot_id(const std::string& disk, const std::string& run) {
    constexpr std::size_t digits = 12;
    return "/subscriptions/" + part_of(disk, "subscriptions") + "/resourceGroups/" +
           part_of(disk, "resourceGroups") + snapshots_path + "rdpsweep-" + run + "-" +
           random_hex128().substr(0, digits);
}

bool is_snapshot_id(std::string_view text) {
    const auto parts = split(text, '/');
    return parts.size() == 9 && parts[0].empty() && iequals(parts[1], "subscriptions") &&
           !parts[2].empty() && iequals(parts[3], "resourceGroups") && !parts[4].empty() &&
           iequals(parts[5], "providers") && iequals(parts[6], "Microsoft.Compute") &&
           iequals(parts[7], "snapshots") && !parts[8].empty();
}

Task<Making> make_snapshot(Arm& arm, const SnapshotOrder& order, HostDeadline& deadline) {
    Making made;
    auto path = order.id + snapshot_version;
    auto body = dump_json(body_of(order));
    auto answer = co_await arm.insist("PUT", path, std::move(body), deadline);
    if (!answer) {
        made.done = while_doing(making, answer.error());
        co_return made;
    }
    if (!is_good(*answer)) {
        // What is refused was not begun; of trouble nobody knows.
        made.there = answer->status < 500 ? Existence::no : Existence::perhaps;
        made.done = refusal(making, *answer);
        co_return made;
    }
    made.there = Existence::yes;
    auto done = co_await finish_operation(arm, *answer, deadline);
    if (!done) {
        made.done = while_doing(making, done.error());
        co_return made;
    }
    auto there = co_await arm.get_json(std::move(path), deadline);
    made.done = there ? check_made(*there, order)
                      : Status(while_doing("the snapshot cannot be looked at", there.error()));
    co_return made;
}

Task<Result<Secret>> begin_access(Arm& arm, std::string snapshot, HostDeadline& deadline) {
    const json wanted{{"access", "Read"}, {"durationInSeconds", access_life.count()}};
    auto given = co_await act(arm, snapshot, "beginGetAccess", wanted, deadline);
    if (!given) co_return while_doing(beginning, given.error());
    if (given->is_object() && given->contains("accessSAS") && (*given)["accessSAS"].is_string()) {
        auto& plain = (*given)["accessSAS"].get_ref<std::string&>();
        Secret sas(plain);
        cleanse(plain);
        if (!sas.reveal().empty()) co_return sas;
    }
    co_return Error(
        Phase::open, Errc::malformed_output, std::string(beginning) + ": Azure gave no address"
    )
        .with_native("no accessSAS")
        .with_hint("this is a fault of Azure or of rdpsweep: please report it");
}

Task<Status> end_access(Arm& arm, std::string snapshot, HostDeadline& deadline) {
    const json nothing;
    auto done = co_await act(arm, snapshot, "endGetAccess", nothing, deadline);
    if (!done) co_return while_doing(ending, done.error());
    co_return Status();
}

Task<Result<Removal>>
remove_snapshot(Arm& arm, std::string id, std::string run, HostDeadline& deadline) {
    auto path = id + snapshot_version;
    auto there = co_await arm.get_json(path, deadline);
    if (!there && there.error().code() == Errc::name_not_found) co_return Removal::absent;
    if (!there) co_return while_doing(removing, there.error());
    if (!is_of_run(*there, run)) co_return Removal::not_ours;
    // A snapshot that somebody may read is not deleted; whether that can be ended shows below.
    (void)co_await end_access(arm, id, deadline);
    auto answer = co_await arm.insist("DELETE", path, std::string(), deadline);
    if (!answer) co_return while_doing(removing, answer.error());
    if (answer->status == 404 || answer->status == 204) co_return Removal::removed;
    if (!is_good(*answer)) co_return refusal(removing, *answer);
    if (answer->status == 200) co_return Removal::removed;
    auto done = co_await finish_operation(arm, *answer, deadline);
    if (!done) co_return while_doing(removing, done.error());
    co_return Removal::removed;
}

} // namespace rdpsweep::azure
