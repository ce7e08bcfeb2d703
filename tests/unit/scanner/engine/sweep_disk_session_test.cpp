// Hosts that tell of themselves without a script: disks.
#include "core/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;

namespace {

constexpr auto document = R"({"schema":"facts/1","collector":{"path":"offline"},)"
                          R"("os":{"build":17763,"host":"WEB-01"}})";

std::string framed(const std::string& nonce) {
    char crc[16];
    std::snprintf(crc, sizeof crc, "%08x", crc32(document));
    return "RDPSWEEP1 " + nonce + " " + std::to_string(std::string(document).size()) + " " + crc +
           " " + document + "\n";
}

struct Disks {
    int scripts = 0;
    int answers = 0;
};

// Answers as the target's name says; a script would be a mistake.
class DiskSession final : public Session {
public:
    DiskSession(Disks& disks, std::string kind, Attempt& attempt)
        : disks_(disks), kind_(std::move(kind)), attempt_(attempt) {}

    Task<std::optional<Result<std::string>>>
    facts(const std::string& nonce, HostDeadline& deadline) override {
        attempt_.enter(Phase::run);
        if (deadline.expired())
            co_return Result<std::string>(Error(Phase::run, Errc::cancelled, "the run ended"));
        ++disks_.answers;
        if (kind_ == "hostile")
            co_return Result<std::string>(
                Error(Phase::run, Errc::protocol_violation, "it tried").with_native("SIGSYS")
            );
        if (kind_ == "locked")
            co_return Result<std::string>(Error(Phase::run, Errc::blocked_by_policy, "encrypted"));
        if (kind_ == "forged") co_return Result<std::string>(framed("beef"));
        co_return Result<std::string>(framed(nonce));
    }

    Task<Result<CommandOutput>> run(const Script&, const ScriptInput&, HostDeadline&) override {
        ++disks_.scripts;
        co_return Error(Phase::run, Errc::unsupported, "a disk runs no script");
    }

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override { co_return; }

private:
    Disks& disks_;
    std::string kind_;
    Attempt& attempt_;
};

class DiskTransport final : public Transport {
public:
    explicit DiskTransport(Disks& disks) : disks_(disks) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "disk"; }

    [[nodiscard]] Login login() const noexcept override { return Login::never; }

    Task<Result<std::unique_ptr<Session>>>
    open(const Target& target, const Credential&, HostDeadline&, Attempt& attempt) override {
        const auto kind = target.name.substr(0, target.name.find('-'));
        co_return std::unique_ptr<Session>(std::make_unique<DiskSession>(disks_, kind, attempt));
    }

private:
    Disks& disks_;
};

struct DiskRig : Rig {
    DiskRig() { transports.emplace("disk", std::make_unique<DiskTransport>(disks)); }

    // A target of which only its disk is known: no address, no credential.
    void add_disk(const std::string& name, bool named_by_disk = true) {
        Target target;
        target.name = name;
        target.id = name;
        target.disk.edit().file = "/images/" + name;
        target.named_by_disk = named_by_disk;
        target.route = {"disk"};
        targets.push_back(std::move(target));
    }

    Disks disks;
};

} // namespace

TEST_CASE("sweep: a disk is assessed without script, credential or address", "[sweep][disk]") {
    DiskRig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.add_disk("web.vhd");
    rig.add_disk("sql-01", false);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 2);
    CHECK(rig.disks.answers == 2);
    CHECK(rig.disks.scripts == 0);
    CHECK(source.looks == 0);
    REQUIRE(rig.results.size() == 2);
    for (const auto& host : rig.results) {
        CHECK_FALSE(host.findings.empty());
        REQUIRE(host.attempts.size() == 1);
        CHECK(host.attempts[0].transport == "disk");
        CHECK(host.attempts[0].reached == Phase::decode);
        // A file's name gives way to the one that Windows has; a name that somebody wrote does not.
        const bool by_file = host.target.id == "web.vhd";
        CHECK(host.target.name == (by_file ? "WEB-01" : "sql-01"));
    }
}

TEST_CASE("sweep: a disk that cannot be read ends as what it did", "[sweep][disk]") {
    DiskRig rig;
    rig.services.collect_by = CollectorChoice::cim;
    rig.add_disk("hostile-1");
    rig.add_disk("locked-1");
    rig.add_disk("forged-1");
    rig.add_disk("fine-1");
    REQUIRE(rig.run({}));
    CHECK(rig.disks.answers == 4); // none is tried again
    CHECK(rig.disks.scripts == 0);
    std::map<std::string, const HostResult*> by_id;
    for (const auto& host : rig.results)
        by_id[host.target.id] = &host;
    REQUIRE(by_id.size() == 4);
    CHECK(by_id["hostile-1"]->outcome == Outcome::unreachable);
    CHECK(by_id["hostile-1"]->attempts.back().error->native() == "SIGSYS");
    CHECK(by_id["hostile-1"]->target.name == "hostile-1");
    CHECK(by_id["locked-1"]->outcome == Outcome::refused);
    CHECK(by_id["forged-1"]->outcome == Outcome::unreachable);
    CHECK(by_id["forged-1"]->attempts.back().error->native() == "wrong-nonce");
    CHECK(by_id["fine-1"]->outcome == Outcome::assessed);
}

TEST_CASE("sweep: each disk is recorded before it is read", "[sweep][disk][audit]") {
    const Scratch scratch;
    DiskRig rig;
    auto audit = AuditLog::open(scratch.path("audit"));
    REQUIRE(audit);
    rig.audit = *std::move(audit);
    rig.add_disk("web.vhd");
    REQUIRE(rig.run({}));
    const auto record = nlohmann::json::parse(Scratch::read(scratch.path("audit")));
    CHECK(record.at("disk") == "/images/web.vhd");
    CHECK(record.at("effect") == "read_only");
    CHECK(record.at("host") == "web.vhd");
    CHECK(record.at("transport") == "disk");
    CHECK_FALSE(record.contains("sha256"));
}

TEST_CASE("sweep: what a disk route is left with is a disk, in its turn", "[sweep][disk]") {
    DiskRig rig;
    rig.add("closed", 1);
    rig.targets[0].route = {"fake", "disk"};
    rig.targets[0].disk.edit().file = "/images/closed.vhd";
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 1);
    const auto& host = rig.results.at(0);
    CHECK(host.attempts.front().transport == "fake");
    CHECK(host.attempts.back().transport == "disk");
    CHECK(host.target.name == "closed-0");
}

TEST_CASE("sweep: a refused password does not keep a disk from being read", "[sweep][disk]") {
    DiskRig rig;
    rig.add("denied", 1);
    rig.targets[0].route = {"fake", "other", "disk"};
    rig.targets[0].disk.edit().file = "/images/denied.vhd";
    REQUIRE(rig.run({}));
    const auto& host = rig.results.at(0);
    CHECK(host.outcome == Outcome::assessed);
    REQUIRE(host.attempts.size() == 3);
    CHECK(host.attempts[1].error->detail().starts_with("not tried: the host refused"));
    CHECK(host.attempts[2].transport == "disk");
}

TEST_CASE("sweep: a silent address is not looked at because its disk was read", "[sweep][disk]") {
    DiskRig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.services.retries = 0;
    rig.add("silent", 1);
    rig.add("closed", 1);
    for (auto& target : rig.targets) {
        target.route = {"fake", "disk"};
        target.disk.edit().file = "/images/" + target.name;
    }
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 2);
    CHECK(source.looks == 1); // at the one whose port is closed: something is there
    for (const auto& host : rig.results) {
        const auto& notes = host.attempts.back().notes;
        const bool left_out = std::any_of(notes.begin(), notes.end(), [](const auto& note) {
            return note.key == "note.no_look_silent";
        });
        CHECK(left_out == (host.target.id == "silent-0"));
    }
}
