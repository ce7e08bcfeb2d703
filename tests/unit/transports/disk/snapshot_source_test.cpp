// What is written down before a snapshot is asked for, and what is undone when it was read.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/azure/arm_bench.hpp"
#include "transports/disk/snapshot_source.hpp"

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace rdpsweep::azure_test;
using nlohmann::json;
using rdpsweep::test::run_task;

namespace {

const std::string group = "/subscriptions/aa/resourceGroups/rg";
const std::string vm = group + "/providers/Microsoft.Compute/virtualMachines/web";
const std::string disk_id = group + "/providers/Microsoft.Compute/disks/web-os";
const std::string sas = "https://md-1.blob.storage.azure.net/x/abcd?sv=1&sig=0123456789abcdef";

class Ledger final : public SnapshotLedger {
public:
    std::vector<std::string> lines;
    std::function<std::size_t()> requests;
    bool full = false;

    [[nodiscard]] const std::string& run() const noexcept override { return run_; }

    Status open(const SnapshotEntry& entry) override {
        if (full) return Error(Phase::config, Errc::local_limit, "the disk is full");
        id = entry.id;
        lines.push_back("open after " + std::to_string(requests()));
        return {};
    }

    Status close(const std::string& closed) override {
        CHECK(closed == id);
        lines.push_back("close after " + std::to_string(requests()));
        return {};
    }

    std::string id;

private:
    std::string run_ = "RUN";
};

// Azure as it answers each request by its method and path, whatever their order.
struct Plane {
    Bench bench;
    Ledger ledger;
    disk::Snapshots snapshots{bench.arm, &ledger};
    std::vector<json> locks;
    bool makes = true;       // a PUT comes to something
    bool answers_put = true; // and is answered
    std::string tags = "scan RUN";

    Plane() {
        ledger.requests = [this] { return bench.rest.asked.size(); };
        bench.rest.on_send = [this] { bench.rest.answers.push_back(answer()); };
    }

    Result<RestAnswer> answer() {
        const auto& request = bench.rest.asked.back();
        const auto said = [](const json& body) { return answer_of(200, body.dump()); };
        const auto is = [&](const char* word) {
            return request.url.find(word) != std::string::npos;
        };
        if (is("/virtualMachines/")) {
            return said(
                {{"properties",
                  {{"storageProfile", {{"osDisk", {{"managedDisk", {{"id", disk_id}}}}}}}}}}
            );
        }
        if (is("/locks?")) return said({{"value", locks}});
        if (is("/disks/")) return said({{"location", "westeurope"}});
        if (is("/beginGetAccess")) return said({{"accessSAS", sas}});
        if (is("/endGetAccess")) return answer_of(200, "");
        if (request.method == "PUT") {
            there_ = makes;
            if (!answers_put) return Error(Phase::http, Errc::peer_closed, "lost");
            return said({{"id", "x"}});
        }
        if (request.method == "DELETE") {
            there_ = false;
            return answer_of(204, "");
        }
        if (!there_) return answer_of(404, R"({"error":{"code":"ResourceNotFound"}})");
        return said(
            {{"tags", {{"rdpsweep", tags}}},
             {"properties",
              {{"provisioningState", "Succeeded"},
               {"creationData", {{"sourceResourceId", disk_id}}}}}}
        );
    }

    [[nodiscard]] bool there() const { return there_; }

    // Makes, reads and finishes; returns what finish() said, or why there was nothing to finish.
    // most: how long there is to make it; a lost answer is asked for again where there is time.
    Status live(std::chrono::milliseconds most = 20s) {
        return run_task(
            [&](HostDeadline& deadline) -> Task<Status> {
                auto made = co_await snapshots.make(vm, deadline);
                if (!made) co_return std::move(made).error();
                auto url = co_await (*made)->url(false, deadline);
                if (!url) co_return std::move(url).error();
                CHECK(url->reveal() == sas);
                auto done = co_await (*made)->finish();
                co_return done;
            },
            most
        );
    }

    [[nodiscard]] std::size_t writes() const {
        std::size_t count = 0;
        for (const auto& request : bench.rest.asked)
            count += request.method == "PUT" || request.method == "DELETE" ? 1 : 0;
        return count;
    }

private:
    bool there_ = false;
};

json lock_on(const std::string& scope) {
    return {
        {"id", scope + "/providers/Microsoft.Authorization/locks/keep"},
        {"name", "keep"},
        {"properties", {{"level", "CanNotDelete"}}}};
}

} // namespace

TEST_CASE("snapshot source: written down, made, read, removed, written down", "[disk]") {
    Plane plane;
    REQUIRE(plane.live());
    // VM, disk, locks; then the line; PUT, GET; access; GET, end, DELETE; then the other line.
    CHECK(plane.ledger.lines == std::vector<std::string>{"open after 3", "close after 9"});
    CHECK_FALSE(plane.there());
    CHECK(
        plane.ledger.id.starts_with(group + "/providers/Microsoft.Compute/snapshots/rdpsweep-RUN-")
    );
}

TEST_CASE("snapshot source: what cannot be written down is not made", "[disk]") {
    Plane plane;
    plane.ledger.full = true;
    CHECK_FALSE(plane.live());
    CHECK(plane.writes() == 0);
}

TEST_CASE(
    "snapshot source: a lock that would keep it forbids it, one of the VM does not", "[disk]"
) {
    for (const auto& scope : {group, std::string("/subscriptions/AA")}) {
        INFO(scope);
        Plane plane;
        plane.locks.push_back(lock_on(scope));
        const auto refused = plane.live();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == Errc::blocked_by_policy);
        CHECK_THAT(std::string(refused.error().detail()), Catch::Contains("CanNotDelete keep"));
        CHECK(plane.writes() == 0);
        CHECK(plane.ledger.lines.empty());
    }
    Plane plane;
    plane.locks = {lock_on(vm), lock_on(disk_id), lock_on(group + "2")};
    CHECK(plane.live());
}

TEST_CASE("snapshot source: an answer that is lost leaves a line, unless it is found", "[disk]") {
    Plane found;
    found.answers_put = false;
    CHECK_FALSE(found.live(500ms));
    CHECK_FALSE(found.there());
    CHECK(found.ledger.lines.size() == 2);

    Plane unknown;
    unknown.answers_put = false;
    unknown.makes = false;
    CHECK_FALSE(unknown.live(500ms));
    CHECK(unknown.ledger.lines.size() == 1); // it may come to be: its name stays
}

TEST_CASE("snapshot source: one without our tag is not deleted, and its line stays", "[disk]") {
    Plane plane;
    plane.tags = "";
    const auto left = plane.live();
    REQUIRE_FALSE(left);
    CHECK(plane.there());
    CHECK(plane.ledger.lines.size() == 1);
    CHECK_THAT(std::string(left.error().hint()), Catch::Contains("rdpsweep doctor"));
}

TEST_CASE("snapshot source: a snapshot that is there is only read", "[disk]") {
    for (const bool in_use : {false, true}) {
        INFO(in_use);
        Plane plane;
        disk::Snapshots reading(plane.bench.arm, nullptr);
        CHECK_FALSE(reading.may_make());
        plane.bench.rest.on_send = [&] {
            auto& rest = plane.bench.rest;
            const json body = {
                {"accessSAS", sas},
                {"properties", {{"diskState", in_use ? "ActiveSAS" : "Unattached"}}}};
            rest.answers.emplace_back(answer_of(200, body.dump()));
        };
        const auto done = run_task([&](HostDeadline& deadline) -> Task<Status> {
            const std::string id = group + "/providers/Microsoft.Compute/snapshots/s";
            auto found = co_await reading.find(id, deadline);
            if (!found) co_return std::move(found).error();
            auto url = co_await (*found)->url(false, deadline);
            if (!url) co_return std::move(url).error();
            auto again = co_await (*found)->url(true, deadline);
            if (!again) co_return std::move(again).error();
            auto ended = co_await (*found)->finish();
            co_return ended;
        });
        CHECK(done);
        CHECK(plane.writes() == 0);
        // Whoever else reads it keeps their access.
        CHECK(plane.bench.rest.asked.size() == (in_use ? 3 : 4));
        CHECK(plane.ledger.lines.empty());
    }
}
