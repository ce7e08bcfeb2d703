// The simulated control plane without sockets: who gets a token, what lists hold, how what takes
// time ends, and what the agent does with a script.
#include "tests/simfleet/azure/arm_face.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <nlohmann/json.hpp>

using namespace simfleet;
using nlohmann::json;

namespace {

constexpr std::int64_t today = 1'790'000'000;

ArmScene messy_scene() {
    ArmScene scene;
    scene.subscriptions = 2;
    scene.locked_every = 3;
    scene.messy = true;
    return scene;
}

ArmPolicy policy() {
    ArmPolicy policy;
    policy.secret = "s";
    policy.page = 2;
    policy.token_life = 600;
    policy.base = "https://localhost:8443";
    return policy;
}

const std::string version = "?api-version=2024-03-02";

struct Desk {
    explicit Desk(ArmPolicy given = policy()) : wanted(std::move(given)) {}

    HttpResponse send(const char* method, const std::string& target, const std::string& body = {}) {
        HttpRequest request;
        request.method = method;
        request.target = target;
        request.body = body;
        if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
        request.headers.emplace_back("user-agent", "azsdk");
        return face.answer(request);
    }

    HttpResponse metadata(const std::string& query) {
        HttpRequest request;
        request.method = "GET";
        request.target = "/metadata/identity/oauth2/token/" + query;
        request.headers.emplace_back("metadata", "true");
        return face.answer_metadata(request);
    }

    // GET below the first subscription.
    HttpResponse get(const std::string& path) {
        return send("GET", subscription + path + "?api-version=2024-07-01");
    }

    std::string snapshot_path() const {
        return subscription + "/resourceGroups/rg-0/providers/Microsoft.Compute/snapshots/s";
    }

    // A copy of the first VM's disk.
    json snapshot_order() {
        const auto disk = resources.disk(0).at("id").get<std::string>();
        return {
            {"location", "westeurope"},
            {"properties",
             {{"creationData", {{"createOption", "Copy"}, {"sourceResourceId", disk}}}}}};
    }

    void log_on() {
        const auto told = send(
            "POST",
            "/" + policy().tenant + "/oauth2/v2.0/token",
            "grant_type=client_credentials&client_id=" + policy().client +
                "&client_secret=s&scope=x/.default"
        );
        token = json::parse(told.body).value("access_token", std::string());
    }

    // Follows the links of a list.
    std::vector<std::string> names(std::string path) {
        std::vector<std::string> found;
        path = subscription + path + "?api-version=2024-07-01";
        while (!path.empty()) {
            const auto page = json::parse(send("GET", path).body);
            for (const auto& row : page.at("value"))
                found.push_back(row.at("name"));
            const auto next = page.value("nextLink", std::string());
            path = next.empty() ? "" : next.substr(policy().base.size());
        }
        return found;
    }

    std::chrono::steady_clock::time_point now{};
    Fleet fleet{12, 1, "healthy", today};
    ArmResources resources{fleet, messy_scene()};
    Stats stats{12};
    Scratch scratch;
    ArmPolicy wanted;

    ArmPolicy with_disk() {
        wanted.snapshots.disks = {scratch.file("os.raw", "0123456789")};
        return wanted;
    }

    ArmFace face{resources, with_disk(), stats, [this] { return now; }};
    std::string subscription = "/subscriptions/" + ArmResources::subscription_id(0);
    std::string token;
};

std::string header(const HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return {};
}

std::string code(const HttpResponse& response) {
    return json::parse(response.body).at("/error/code"_json_pointer);
}

} // namespace

TEST_CASE("simulated control plane: a tenant says where its tokens are had", "[simfleet]") {
    Desk desk;
    const auto place = "/" + policy().tenant;
    for (const auto* version : {"", "/v2.0"}) {
        const auto told = desk.send("GET", place + version + "/.well-known/openid-configuration");
        CHECK(told.status == 200);
        const auto document = json::parse(told.body);
        CHECK(document.at("issuer") == policy().base + place + version);
        CHECK(
            document.at("token_endpoint") == policy().base + place + "/oauth2" + version + "/token"
        );
    }
    const auto unknown = desk.send("GET", "/nobody/v2.0/.well-known/openid-configuration");
    CHECK(unknown.status == 400);
    CHECK(json::parse(unknown.body).at("error") == "invalid_tenant");
}

TEST_CASE("simulated control plane: the metadata service says when a token ends", "[simfleet]") {
    Desk desk;
    const auto before = std::time(nullptr);
    const auto told = desk.metadata("?api-version=2018-02-01&resource=https%3A%2F%2Fx%2F");
    const auto body = json::parse(told.body);
    CHECK(told.status == 200);
    CHECK(body.at("expires_in") == "600");
    const auto ends = std::stol(body.at("expires_on").get<std::string>());
    CHECK(ends >= before + 600);
    CHECK(ends <= std::time(nullptr) + 600);
    CHECK(body.at("resource") == "https://x/");
    CHECK(desk.metadata("?api-version=2018-02-01&resource=x&client_id=other").status == 400);
    CHECK(desk.metadata("?api-version=2018-02-01").status == 400);
}

TEST_CASE("simulated control plane: lists of a tenant, a subscription and a group", "[simfleet]") {
    Desk desk;
    desk.log_on();
    const auto tenants = json::parse(desk.send("GET", "/tenants?api-version=2022-12-01").body);
    CHECK(tenants.at("/value/0/tenantId"_json_pointer) == policy().tenant);
    const std::string compute = "/providers/Microsoft.Compute/";
    CHECK(desk.names(compute + "virtualMachines").size() == 7); // six of the fleet's, and a Linux
    CHECK(desk.names("/resourcegroups/RG-1" + compute + "virtualMachines").size() == 2);
    CHECK(desk.names("/resourceGroups/rg-1" + compute + "disks").size() == 2);
    CHECK(
        desk.names("/resourceGroups/rg-ci" + compute + "virtualmachines") ==
        std::vector<std::string>{"build-agent"}
    );
    CHECK(
        code(desk.get("/resourceGroups/rg-9" + compute + "virtualMachines")) ==
        "ResourceGroupNotFound"
    );
    const auto linux = desk.get("/resourceGroups/rg-ci" + compute + "virtualMachines/BUILD-AGENT");
    CHECK(
        json::parse(linux.body).at("/properties/storageProfile/osDisk/osType"_json_pointer) ==
        "Linux"
    );
    CHECK(desk.names("/providers/Microsoft.Authorization/locks").size() == 3);
}

TEST_CASE("simulated control plane: an operation ends as its snapshot does", "[simfleet]") {
    Desk desk;
    desk.log_on();
    const auto path = desk.snapshot_path();
    const auto body = desk.snapshot_order();
    const auto poll = [&](const HttpResponse& begun, const char* name) {
        const auto link = header(begun, name);
        REQUIRE(link.starts_with(policy().base));
        return desk.send("GET", link.substr(policy().base.size()));
    };
    const auto made = desk.send("PUT", path + version, body.dump());
    CHECK(made.status == 202);
    CHECK(json::parse(poll(made, "Azure-AsyncOperation").body).at("status") == "InProgress");
    CHECK(json::parse(poll(made, "Azure-AsyncOperation").body).at("status") == "Succeeded");
    CHECK(json::parse(poll(made, "Location").body).at("name") == "s");
    const auto gone = desk.send("DELETE", path + version);
    CHECK(gone.status == 202);
    CHECK(gone.body.empty());
    CHECK(poll(gone, "Location").status == 202);
    CHECK(poll(gone, "Location").status == 204);
    CHECK(desk.send("GET", path + version).status == 404);
    CHECK(desk.send("DELETE", path + version).status == 204);
    CHECK(desk.stats.violations() == 0);
}

TEST_CASE("simulated control plane: a snapshot is read by its signature only", "[simfleet]") {
    Desk desk;
    desk.log_on();
    const auto path = desk.snapshot_path();
    auto body = desk.snapshot_order();
    body["tags"] = {{"a", "b"}};
    const auto begin = [&](const char* wanted) {
        return desk.send("POST", path + "/beginGetAccess" + version, wanted);
    };
    constexpr auto read = R"({"access":"Read","durationInSeconds":60})";
    CHECK(begin(read).status == 404);
    desk.send("PUT", path + version, body.dump());
    CHECK(begin(read).status == 409); // it is not whole yet
    desk.send("GET", path + version);
    const auto whole = json::parse(desk.send("GET", path + version).body);
    CHECK(whole.at("tags") == json{{"a", "b"}});
    CHECK(whole.at("/properties/diskState"_json_pointer) == "Unattached");
    CHECK(begin(R"({"access":"Write","durationInSeconds":60})").status == 400);
    CHECK(begin(R"({"access":"Read","durationInSeconds":59})").status == 400);
    const auto given = begin(read);
    REQUIRE(given.status == 202);
    const auto link = header(given, "Azure-AsyncOperation").substr(policy().base.size());
    const auto told = json::parse(desk.send("GET", link).body);
    CHECK(told.at("status") == "Succeeded");
    const auto sas = told.at("/properties/output/accessSAS"_json_pointer).get<std::string>();
    const auto at = header(given, "Location").substr(policy().base.size());
    CHECK(json::parse(desk.send("GET", at).body).at("accessSAS") == sas);

    const auto range = [&](const std::string& url, const char* wanted) {
        HttpRequest request;
        request.method = "GET";
        request.target = url.substr(policy().base.size());
        request.headers.emplace_back("range", wanted);
        return desk.face.answer(request);
    };
    const auto first = range(sas, "bytes=0-3");
    CHECK(first.status == 206);
    CHECK(first.body == "0123");
    CHECK(header(first, "Content-Range") == "bytes 0-3/10");
    CHECK(range(sas, "bytes=8-20").body == "89");
    CHECK(range(sas, "bytes=10-11").status == 416);
    CHECK(range(sas + "0", "bytes=0-3").status == 403);
    CHECK(range(policy().base + "/md-none/abcd?sig=x", "bytes=0-3").status == 404);

    CHECK(desk.send("DELETE", path + version).status == 409); // somebody has access
    CHECK(desk.stats.violations() == 1);
    CHECK(desk.send("POST", path + "/endGetAccess" + version).status == 202);
    CHECK(range(sas, "bytes=0-3").status == 403);
    const auto again = begin(read);
    CHECK(again.status == 202);
    desk.now += std::chrono::seconds(60); // an access ends by itself
    CHECK(desk.send("DELETE", path + version).status == 202);
}

TEST_CASE("simulated control plane: beyond Azure's limits it answers 429", "[simfleet]") {
    auto limited = policy();
    limited.limits = true;
    Desk desk(limited);
    desk.log_on();
    const auto write = [&desk] {
        return desk
            .send(
                "DELETE",
                desk.subscription + "/resourceGroups/rg-0/providers/"
                                    "Microsoft.Compute/snapshots/s?api-version=2024-03-02"
            )
            .status;
    };
    for (int i = 0; i < 200; ++i)
        REQUIRE(write() == 204);
    CHECK(write() == 429);
    desk.now += std::chrono::seconds(1);
    for (int i = 0; i < 10; ++i)
        REQUIRE(write() == 204);
    CHECK(write() == 429);
    CHECK(desk.get("/resourceGroups/rg-0").status == 200); // reads are counted apart
}

TEST_CASE("simulated control plane: Resource Graph's two formats", "[simfleet]") {
    Desk desk;
    desk.log_on();
    const auto ask = [&desk](const char* version, const json& options) {
        const json body{{"query", "Resources | project name, id"}, {"options", options}};
        return json::parse(desk.send(
                                   "POST",
                                   std::string(
                                       "/providers/Microsoft.ResourceGraph/resources?api-version="
                                   ) + version,
                                   body.dump()
        )
                               .body);
    };
    const auto table = ask("2019-04-01", {{"$top", 3}}).at("data");
    CHECK(table.at("/columns/1"_json_pointer) == json{{"name", "id"}, {"type", "string"}});
    CHECK(table.at("rows").size() == 3);
    const auto first = ask("2022-10-01", {{"$top", 3}});
    CHECK(first.at("data").size() == 3);
    CHECK(first.at("resultTruncated") == "false");
    CHECK(first.at("data").at(0).at("name") == table.at("/rows/0/0"_json_pointer));
    const auto next = ask("2022-10-01", {{"$top", 3}, {"$skipToken", first.at("$skipToken")}});
    CHECK(next.at("data").at(0) != first.at("data").at(0));
    CHECK(ask("2022-10-01", {{"resultFormat", "table"}}).at("data").contains("columns"));
    CHECK(desk.stats.violations() == 0);
}

TEST_CASE("simulated agent: a script is called with its parameters by name", "[simfleet]") {
    const Fleet fleet(1, 1, "healthy", today);
    Stats stats(1);
    const auto run = [&](const char* text) {
        return run_by_agent(fleet.at(0), {text, {{"Who", "you"}}}, stats);
    };
    CHECK(run("param([string]$who)\n\"hello $who\"").out == "hello you\r\n");
    CHECK(run("Param (\n  $a,\n  $WHO = 'x'\n)\necho $who").out == "you\r\n");
    CHECK(run("'$who'; hostname").out == "$who\r\n" + fleet.at(0).name + "\r\n");
    CHECK(run("$args").out == "-Who\r\nyou\r\n");
    CHECK(run("param($whom)\n$args").out == "-Who\r\nyou\r\n"); // another name
    const auto strict = run("[CmdletBinding()]\nparam($whom)\n'x'");
    CHECK(strict.out.empty());
    CHECK(strict.err == "A parameter cannot be found that matches parameter name 'Who'.\r\n");
    CHECK(run("'a'\nexit 4\n'b'").out == "a\r\n");
    CHECK(run("exit 4").exit_code == 4);
    CHECK(run("Get-Nothing").err.find("'Get-Nothing' is not recognized") != std::string::npos);
    CHECK(stats.violations() == 0);
}
