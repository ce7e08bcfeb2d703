// Disks as targets: named by --disk, by YAML and by CSV, and the route that they are given.
#include "scanner/cli/names.hpp"
#include "scanner/inventory/disk_targets.hpp"
#include "scanner/scope/resolve_scope.hpp"
#include "scanner/system/child_environment.hpp"
#include "scanner/system/whole_path.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

using Texts = std::vector<std::string>;

namespace {

ReadInventory resolve(const ScopeOptions& scope) {
    ReadInventory result;
    result.inventory = resolve_scope(scope, cli_names().transports, result.problems);
    return result;
}

ReadInventory resolve_yaml(const Scratch& scratch, const std::string& targets) {
    ScopeOptions scope;
    scope.inventories = {scratch.file("fleet.yaml", "version: 1\n" + targets)};
    return resolve(scope);
}

} // namespace

TEST_CASE("disks: --disk needs nothing but files, and calls each by its name", "[disk]") {
    ScopeOptions scope;
    scope.disks = {"/images/web.vhd", "sql.raw", "/dev/sdc"};
    scope.transports = {"ssh"}; // of others: a disk keeps its only way
    const auto result = resolve(scope);
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    REQUIRE(targets.size() == 3);
    CHECK(targets[0].name == "web.vhd");
    CHECK(targets[1].name == "sql.raw");
    CHECK(targets[2].name == "sdc");
    for (const auto& target : targets) {
        CHECK(target.id == target.name);
        CHECK(target.named_by_disk);
        CHECK(target.route == Texts{"disk"});
        CHECK(target.address.empty());
        CHECK(target.origin == "command line");
        CHECK_FALSE(needs_credential(target));
    }
    CHECK(targets[0].disk->file == "/images/web.vhd");
    CHECK(targets[1].disk->file == current_folder() + "/sql.raw");
}

TEST_CASE("disks: two files of one name are told apart by their paths", "[disk]") {
    ScopeOptions scope;
    scope.disks = {"/a/os.vhd", "/b/OS.VHD", "/b/data.vhd"};
    const auto result = resolve(scope);
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    CHECK(result.inventory.targets[0].name == "/a/os.vhd");
    CHECK(result.inventory.targets[1].name == "/b/OS.VHD");
    CHECK(result.inventory.targets[2].name == "data.vhd");
    scope.disks = {"a/os.vhd", "b/os.vhd"};
    CHECK(resolve(scope).inventory.targets[1].id == current_folder() + "/b/os.vhd");
    scope.disks = {"/a/os.vhd", "/a/os.vhd"};
    CHECK(
        resolve(scope).complaint() ==
        "command line: the target \"/a/os.vhd\" is already defined at command line"
    );
}

TEST_CASE("disks: what is no path of an image is told", "[disk]") {
    for (const auto* const file : {"/images/", "a\nb", "\x7f"}) {
        ScopeOptions scope;
        scope.disks = {file};
        CHECK_THAT(resolve(scope).complaint(), Catch::Contains("is not the path of a disk image"));
    }
}

TEST_CASE("disks: a target whose disk is all there is has the disk's route", "[disk]") {
    const Scratch scratch;
    const auto result = resolve_yaml(
        scratch,
        "defaults: { route: [winrm, ssh], credential: c }\n"
        "credentials: { c: { username: u, password: { env: X } } }\n"
        "targets:\n"
        "  - { name: dead, disk: { file: images/dead.vhd } }\n"
        "  - { disk: { file: /images/unnamed.vhd } }\n"
        "  - { name: half, address: 10.1.0.4, disk: { file: ~/half.vhd } }\n"
        "  - { name: ladder, address: 10.1.0.5, route: [winrm, disk], disk: { file: /l.vhd } }\n"
    );
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    REQUIRE(targets.size() == 4);
    CHECK(targets[0].route == Texts{"disk"});
    CHECK(targets[0].disk->file == scratch.path("images/dead.vhd"));
    CHECK_FALSE(targets[0].named_by_disk);
    CHECK(targets[1].name == "unnamed.vhd");
    CHECK(targets[1].named_by_disk);
    // Never by itself where there is another way.
    CHECK(targets[2].route == Texts{"winrm", "ssh"});
    CHECK(targets[2].disk->file == std::string(getenv("HOME")) + "/half.vhd");
    CHECK(targets[3].route == Texts{"winrm", "disk"});
}

TEST_CASE("disks: mistakes of an inventory are told with their place", "[disk]") {
    const Scratch scratch;
    const auto told = [&scratch](const std::string& target) {
        const auto result = resolve_yaml(scratch, "targets: [ " + target + " ]\n");
        REQUIRE(result.problems.list().size() == 1);
        const auto& problem = result.problems.list().front();
        return problem.what + " | " + problem.next;
    };
    CHECK(
        told("{ name: a, address: 10.1.0.4, route: [disk] }") ==
        "\"a\" has no disk image, which disk needs | add disk: { file: PATH }, or vm: with its ARM "
        "id "
        "and scan with --disk-snapshots"
    );
    CHECK_THAT(told("{ name: a, disk: /images/a.vhd }"), Catch::StartsWith("disk must be a map"));
    CHECK_THAT(
        told("{ name: a, disk: { file: /a, path: /b } }"),
        Catch::StartsWith("unknown key \"path\" in disk")
    );
    CHECK_THAT(
        told("{ name: a, disk: { file: '' } }"),
        Catch::StartsWith("\"\" is not the path of a disk image")
    );
    CHECK(
        told("{ name: a, disk: { file: /a }, route: [winrm] }") ==
        "\"a\" has no address, which winrm needs | add address: with an IP address or a DNS name"
    );
    CHECK_THAT(told("{ name: a }"), Catch::StartsWith("the target \"a\" has no address"));
    const auto defaults = resolve_yaml(scratch, "defaults: { disk: { file: /a } }\ntargets: []\n");
    CHECK_THAT(defaults.complaint(), Catch::Contains("unknown key \"disk\" in defaults"));
}

TEST_CASE("disks: a SAS is referred to, and is a disk as any other", "[disk][sas]") {
    const Scratch scratch;
    const auto result = resolve_yaml(
        scratch,
        "targets:\n"
        "  - { name: a, disk: { sas: { env: WEB_01_SAS } } }\n"
        "  - { name: b, disk: { sas: { file: sas/b } } }\n"
        "  - { name: c, address: 10.1.0.5, route: [rdp, disk], disk: { sas: { file: /sas/c } } }\n"
        "  - { name: d, disk: { sas: { systemd: d.sas } } }\n"
    );
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    REQUIRE(targets.size() == 4);
    CHECK(targets[3].disk->sas_systemd == "d.sas");
    CHECK(targets[3].disk->by_sas());
    CHECK(targets[3].route == Texts{"disk"});
    CHECK(targets[0].disk->sas_env == "WEB_01_SAS");
    CHECK(targets[0].disk->by_sas());
    CHECK(targets[0].route == Texts{"disk"});
    CHECK_FALSE(targets[0].named_by_disk);
    CHECK(targets[1].disk->sas_file == scratch.path("sas/b"));
    CHECK(targets[1].route == Texts{"disk"});
    CHECK(targets[2].route == Texts{"rdp", "disk"});
    setenv("WEB_01_SAS", "x", 1);
    for (const auto& variable : child_environment())
        CHECK_FALSE(variable.starts_with("WEB_01_SAS="));
    unsetenv("WEB_01_SAS");
}

TEST_CASE("disks: a SAS itself is refused, and not repeated", "[disk][sas]") {
    const Scratch scratch;
    const std::string sas = "https://x.blob.example/c/b?sig=0123456789abcdef";
    const auto told = [&](const std::string& disk) {
        const auto result = resolve_yaml(scratch, "targets: [ { name: a, disk: " + disk + " } ]\n");
        REQUIRE(result.problems.list().size() == 1);
        const auto& problem = result.problems.list().front();
        CHECK((problem.what + problem.next + problem.where).find("sig=") == std::string::npos);
        return problem.what + " | " + problem.next;
    };
    const auto* const refused =
        "a SAS does not belong here: whoever reads it can read the disk | disk: { sas: { env: "
        "VARIABLE } }, disk: { sas: { file: PATH } } or disk: { sas: { systemd: NAME } }";
    CHECK(told("{ sas: '" + sas + "' }") == refused);
    CHECK(told("{ file: '" + sas + "' }") == refused);
    CHECK(told("{ sas: { file: '" + sas + "' } }") == refused);
    CHECK_THAT(
        told("{ sas: { env: '" + sas + "' } }"),
        Catch::StartsWith("not the name of an environment variable | disk: { sas:")
    );
    CHECK_THAT(told("{ sas: [a] }"), Catch::StartsWith("sas must be a map"));
    CHECK_THAT(told("{ sas: { url: a } }"), Catch::StartsWith("unknown key \"url\" in sas"));
    for (const auto* const two :
         {"{ file: /a, sas: { env: A } }",
          "{ sas: { env: A, file: /b } }",
          "{ sas: { env: A, systemd: b } }"}) {
        CHECK(
            told(two) ==
            "the disk of \"a\" has more than one source | keep one of file:, snapshot: "
            "and sas:, which is one of { env: }, { file: } and { systemd: }"
        );
    }
    ScopeOptions scope;
    scope.disks = {sas};
    const auto result = resolve(scope);
    CHECK_THAT(result.complaint(), Catch::Contains("a SAS does not belong here"));
    CHECK(result.complaint().find("sig=") == std::string::npos);
}

TEST_CASE("disks: CSV has a column for them", "[disk]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {
        scratch.file("fleet.csv", "name,address,disk\ndead,,a.vhd\n,,/b/c.raw\nweb,10.1.0.4,\n")};
    const auto result = resolve(scope);
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    REQUIRE(targets.size() == 3);
    CHECK(targets[0].disk->file == scratch.path("a.vhd"));
    CHECK(targets[0].route == Texts{"disk"});
    CHECK(targets[1].name == "c.raw");
    CHECK(targets[2].route == Texts{"winrm"});
}

TEST_CASE("disks: --transport disk goes to the disks that are named", "[disk]") {
    const Scratch scratch;
    ScopeOptions scope;
    scope.inventories = {scratch.file(
        "fleet.yaml",
        "version: 1\ntargets: [ { name: a, address: 10.1.0.4, disk: { file: /a.vhd } } ]\n"
    )};
    scope.transports = {"disk"};
    const auto result = resolve(scope);
    REQUIRE(result.problems.empty());
    CHECK(result.inventory.targets.at(0).route == Texts{"disk"});
    CHECK(disk_transport() == "disk");
}

TEST_CASE("disks: --snapshot-id names snapshots by their ARM ids", "[disk]") {
    const std::string group = "/subscriptions/AA/resourceGroups/g/providers/Microsoft.Compute/";
    ScopeOptions scope;
    scope.snapshots = {group + "snapshots/web"};
    const auto result = resolve(scope);
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& target = result.inventory.targets.at(0);
    CHECK(target.name == "web");
    CHECK(target.named_by_disk);
    CHECK(target.disk->snapshot == group + "snapshots/web");
    CHECK(target.route == Texts{"disk"});
    CHECK_FALSE(needs_credential(target));
    const auto other =
        "/subscriptions/AA/resourceGroups/h/providers/Microsoft.Compute/snapshots/WEB";
    scope.snapshots.emplace_back(other);
    CHECK(resolve(scope).inventory.targets.at(1).name == other);
    scope.snapshots = {group + "disks/web"};
    CHECK_THAT(resolve(scope).complaint(), Catch::Contains("is not the ARM id of a snapshot"));
}

TEST_CASE("disks: an inventory names a snapshot, or the VM whose disk may be copied", "[disk]") {
    Scratch scratch;
    const std::string group = "/subscriptions/AA/resourceGroups/g/providers/Microsoft.Compute/";
    const auto snapshot = "disk: { snapshot: " + group + "snapshots/s }";
    const auto named = resolve_yaml(scratch, "targets:\n  - { name: a, " + snapshot + " }\n");
    CAPTURE(named.complaints());
    REQUIRE(named.problems.empty());
    CHECK(named.inventory.targets.at(0).disk->snapshot == group + "snapshots/s");
    CHECK(named.inventory.targets.at(0).route == Texts{"disk"});
    const auto of_vm = resolve_yaml(
        scratch, "targets:\n  - { name: a, route: [disk], vm: " + group + "virtualMachines/a }\n"
    );
    CAPTURE(of_vm.complaints());
    CHECK(of_vm.problems.empty());
    const auto both =
        "targets:\n  - { name: a, disk: { file: x.vhd, snapshot: " + group + "snapshots/s } }\n";
    CHECK_THAT(
        resolve_yaml(scratch, both).complaint(), Catch::Contains("has more than one source")
    );
}
