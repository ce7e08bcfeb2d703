// What is read of Azure's answers: twins of recorded ones, with everything that was odd in those.
#include "core/json.hpp"
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/cloud.hpp"
#include "transports/azure/join.hpp"
#include "transports/azure/rows.hpp"
#include "transports/azure/token.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using namespace rdpsweep::azure;
using nlohmann::json;

namespace {

json parse(std::string_view text) {
    auto value = parse_json(text, Phase::decode);
    REQUIRE(value);
    return *value;
}

// Of a list: resource group in capitals, no `primary` on a single interface, extra statuses.
constexpr auto of_compute = R"({
  "name":"web-1","id":"/subscriptions/AB/resourceGroups/TEST_VM/providers/Microsoft.Compute/virtualMachines/web-1",
  "type":"Microsoft.Compute/virtualMachines","location":"WestEurope","tags":{"env":"prod","n":null},"zones":["2"],
  "properties":{"hardwareProfile":{"vmSize":"Standard_D2s_v3"},
   "storageProfile":{"imageReference":{"publisher":"microsoftwindowsdesktop","offer":"windows-10","sku":"x","version":"1"},
    "osDisk":{"osType":"Windows"}},
   "osProfile":{"computerName":"WEB-1"},
   "networkProfile":{"networkInterfaces":[{"id":"/subscriptions/AB/resourceGroups/test_vm/providers/Microsoft.Network/networkInterfaces/Nic1"}]},
   "instanceView":{"osName":"Windows 10 Enterprise","rdpThumbPrint":"00112233445566778899AABBCCDDEEFF00112233",
    "vmAgent":{"statuses":[{"displayStatus":"Ready"}]},
    "statuses":[{"code":"ProvisioningState/succeeded/osProvisioningInProgress"},{"code":"OSState/generalized"},{"code":"PowerState/Running"}]}}})";

constexpr auto of_graph = R"({
  "id":"/subscriptions/ab/resourceGroups/test_vm/providers/Microsoft.Compute/virtualMachines/web-1","name":"web-1",
  "location":"westeurope","zones":["2"],"tags":{"env":"prod"},"os":"Windows","size":"Standard_D2s_v3","computer":"WEB-1",
  "power":"PowerState/running","osName":"Windows 10 Enterprise","osVersion":"","scaleSet":"","bootDiagnostics":null,
  "image":{"publisher":"microsoftwindowsdesktop","offer":"windows-10","sku":"x"},
  "nics":[{"id":"/subscriptions/ab/resourceGroups/test_vm/providers/Microsoft.Network/networkInterfaces/nic1"}]})";

} // namespace

TEST_CASE("Compute and Resource Graph describe one VM alike") {
    const auto compute = vm_of_compute(parse(of_compute));
    const auto graph = vm_of_graph(parse(of_graph));
    for (const auto* row : {&compute, &graph}) {
        const auto& vm = row->vm;
        CHECK(vm.windows);
        CHECK(vm.subscription == "ab");
        CHECK(ascii_lower(vm.resource_group) == "test_vm");
        CHECK(vm.location == "westeurope");
        CHECK(vm.zone == "2");
        CHECK(vm.tags == std::map<std::string, std::string>{{"env", "prod"}});
        CHECK(vm.power == "running");
        CHECK(vm.os_name == "Windows 10 Enterprise");
        CHECK(vm.image == "microsoftwindowsdesktop:windows-10:x");
        CHECK(vm.computer_name == "WEB-1");
        CHECK(row->interfaces.size() == 1);
    }
    CHECK(ascii_lower(compute.vm.id) == ascii_lower(graph.vm.id));
    CHECK(compute.interfaces == graph.interfaces);
    CHECK(compute.vm.rdp_thumbprint == "00112233445566778899aabbccddeeff00112233");
    CHECK(compute.vm.agent == "Ready");
}

TEST_CASE("A VM of which little is known is read as far as it goes") {
    // Deallocated: no agent, no system; specialised: no osProfile; own image: an id only.
    const auto row = vm_of_compute(parse(
        R"({"id":"/subscriptions/x/resourcegroups/g/providers/microsoft.compute/virtualmachines/v","name":"v",
            "properties":{"storageProfile":{"imageReference":{"id":"/subscriptions/x/i"},"osDisk":{"osType":"Windows"}},
            "instanceView":{"vmAgent":{"vmAgentVersion":"Unknown","statuses":[]},"rdpThumbPrint":"soon",
            "statuses":[{"code":"ProvisioningState/updating"},{"displayStatus":"odd"},7]}}})"
    ));
    CHECK(row.vm.windows);
    CHECK(row.vm.resource_group == "g");
    CHECK(row.vm.power.empty()); // unknown is not stopped
    CHECK(row.vm.agent.empty());
    CHECK(row.vm.rdp_thumbprint.empty());
    CHECK(row.vm.image == "/subscriptions/x/i");
    CHECK(row.interfaces.empty());
    for (const auto* odd : {"null", "[]", "\"x\"", R"({"properties":[1],"tags":[],"zones":{}})"}) {
        CHECK_FALSE(vm_of_compute(parse(odd)).vm.windows);
        CHECK_FALSE(vm_of_graph(parse(odd)).vm.windows);
        CHECK(interface_of_network(parse(odd)).addresses.empty());
        CHECK(public_address_of_network(parse(odd)).address.empty());
    }
}

TEST_CASE("Addresses come from the primary interface first, whatever the letter case") {
    auto row = vm_of_compute(parse(
        R"({"id":"/s/v","properties":{"networkProfile":{"networkInterfaces":[
            {"id":"/N/B","properties":{"primary":false}},{"id":"/N/A","properties":{"primary":true}},{"id":"/n/gone"}]}}})"
    ));
    Network network;
    network.add(interface_of_network(parse(
        R"({"id":"/n/a","properties":{"ipConfigurations":[
            {"properties":{"privateIPAddress":"10.0.0.9","primary":false}},
            {"properties":{"privateIPAddress":"10.0.0.4","primary":true,"publicIPAddress":{"id":"/P/One"}}}]}})"
    )));
    network.add(interface_of_network(parse(
        R"({"id":"/n/b","properties":{"ipConfigurations":[{"properties":{"privateIPAddress":"10.1.0.4",
            "publicIPAddress":{"id":"/p/dynamic"}}}]}})"
    )));
    network.add(public_address_of_network(
        parse(R"({"id":"/p/ONE","properties":{"ipAddress":"198.51.100.7"}})")
    ));
    network.add(public_address_of_network(parse(R"({"id":"/p/dynamic","properties":{}})")));
    network.give_addresses(row, row.vm);
    CHECK(row.vm.private_addresses == std::vector<std::string>{"10.0.0.4", "10.0.0.9", "10.1.0.4"});
    CHECK(row.vm.public_addresses == std::vector<std::string>{"198.51.100.7"});
}

TEST_CASE("Every way in which Azure wraps an error is read") {
    const std::pair<const char*, const char*> bodies[] = {
        {R"({"error":{"code":"AuthorizationFailed","message":"no"}})", "AuthorizationFailed"},
        {R"({"error":{"details":[{"code":"QuotaExceeded","message":"q"}],"code":"OperationNotAllowed","message":"m"}})",
         "QuotaExceeded"},
        {R"({"code":"QuotaExceeded","message":"m"})", "QuotaExceeded"},
        {R"({"Code":"429","Message":"Cannot acquire exclusive lock"})", "429"},
        {R"({"Error":{"Code":"Conflict","Message":"m"}})", "Conflict"},
        {R"({"odata.error":{"code":"Request_BadRequest","message":{"lang":"en","value":"v"}}})",
         "Request_BadRequest"},
        {R"({"error":"invalid_client","error_description":"AADSTS7000215: x"})", "invalid_client"},
        {"", ""},
        {"<html><body>502 Bad Gateway</body></html>", ""},
        {"[]", ""},
    };
    for (const auto& [body, code] : bodies) {
        INFO(body);
        CHECK(read_failure(body).code == code);
    }
    CHECK(read_failure(bodies[5].first).message == "v");

    RestAnswer answer;
    answer.status = 403;
    answer.headers = {{"x-ms-request-id", "r\x1b[1m"}};
    answer.body =
        R"({"error":{"code":"AuthorizationFailed","message":"The client \u001b[2J has no\r\nrights"}})";
    const auto error = arm_error(answer);
    CHECK(error.code() == Errc::access_denied);
    CHECK(error.detail() == "Azure said no: The client \\x1B[2J has no");
    CHECK(error.native() == "HTTP 403 AuthorizationFailed, request r\\x1B[1m");
    CHECK(error.hint().find("docs/azure-roles") != std::string_view::npos);
    answer.status = 401; // a refused logon: a code that is known, and no words
    CHECK(arm_error(answer).detail() == "Azure said no");
    CHECK(arm_error(answer).native() == "HTTP 401");
    answer.body = R"({"error":{"code":"ExpiredAuthenticationToken","message":"The token x"}})";
    CHECK(arm_error(answer).native() == "HTTP 401 ExpiredAuthenticationToken");
    answer.status = 429;
    CHECK(arm_error(answer).code() == Errc::throttled);
}

TEST_CASE("The pause that Azure asks for") {
    const auto pause = [](const char* name, const char* value) {
        RestAnswer answer;
        answer.headers = {{name, value}};
        return asked_pause(answer);
    };
    CHECK(pause("retry-after", "17") == std::chrono::seconds(17));
    CHECK(pause("retry-after", "0") == std::chrono::seconds(0));
    CHECK(pause("retry-after", "86400") == std::chrono::seconds(600));
    CHECK_FALSE(pause("retry-after", "Wed, 25 Nov 2026 08:00:00 GMT"));
    CHECK_FALSE(pause("retry-after", "-3"));
    CHECK(pause("x-ms-user-quota-resets-after", "00:00:05") == std::chrono::seconds(5));
    CHECK(pause("x-ms-user-quota-resets-after", "00:01:05") == std::chrono::seconds(65));
    CHECK_FALSE(pause("x-ms-user-quota-resets-after", "5"));
}

TEST_CASE("A token's life is read in every form it comes in") {
    constexpr std::int64_t now = 1'800'000'000;
    const auto life = [](const char* rest) {
        auto token =
            parse_token(R"({"access_token":"secret-token")" + std::string(rest) + "}", now);
        REQUIRE(token);
        CHECK(token->value.reveal() == "secret-token");
        return std::pair(token->expires - now, token->refresh - now);
    };
    CHECK(life(R"(,"expires_in":3599)") == std::pair<std::int64_t, std::int64_t>(3599, 3299));
    CHECK(
        life(R"(,"expires_in":"3600","expires_on":"1541523153")") ==
        std::pair<std::int64_t, std::int64_t>(3600, 3300)
    );
    CHECK(life(R"(,"expires_on":1800007200)") == std::pair<std::int64_t, std::int64_t>(7200, 3600));
    CHECK(
        life(R"(,"expires_on":"1800086400")") == std::pair<std::int64_t, std::int64_t>(86400, 43200)
    );
    CHECK(life("") == std::pair<std::int64_t, std::int64_t>(300, 0)); // used once
    CHECK(life(R"(,"expires_in":-5)") == std::pair<std::int64_t, std::int64_t>(0, 0));
    // azure-cli: local time without a zone is not believed.
    CHECK(life(R"(,"expiresOn":"2026-11-25 12:00:00.000000")").first == 300);
    auto of_cli = parse_token(R"({"accessToken":"secret-token"})", now);
    CHECK(of_cli);
    CHECK_FALSE(parse_token("{}", now));
    CHECK_FALSE(parse_token("ERROR: Please run 'az login'", now));

    const auto refused = token_refused(
        401,
        R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid.\r\nTrace ID: 1"})"
    );
    CHECK(refused.code() == Errc::access_denied);
    CHECK(refused.native() == "HTTP 401 invalid_client AADSTS7000215");
    // What the service may have of our secret is in none of its codes.
    for (const auto* said :
         {R"({"error":"x-the-secret","error_description":"the-secret is wrong"})",
          R"({"error":{"code":"the-secret"},"message":"the-secret"})",
          "the-secret",
          R"({"error":"","error_description":"AADSTSthe-secret"})"})
        CHECK(token_refused(400, said).native() == "HTTP 400");
    CHECK(token_refused(503, "").code() == Errc::throttled);
}

TEST_CASE("A cloud is known by name or described by a file") {
    REQUIRE(find_cloud("azurechinacloud") != nullptr);
    CHECK(find_cloud("AzureChinaCloud")->authority == "https://login.chinacloudapi.cn");
    CHECK(find_cloud("nowhere") == nullptr);
    auto own = read_cloud(
        R"({"name":"Stack","endpoints":{"activeDirectory":"https://login.stack.example/",
            "resourceManager":"https://management.stack.example:8443/","activeDirectoryResourceId":"https://m/"}})"
    );
    REQUIRE(own);
    CHECK(own->arm == "https://management.stack.example:8443");
    CHECK(own->audience == "https://m/");
    CHECK_FALSE(
        read_cloud(R"({"endpoints":{"activeDirectory":"http://login","resourceManager":"https://a",
        "activeDirectoryResourceId":"x"}})")
    );
    CHECK_FALSE(read_cloud("{}"));
}

TEST_CASE("A token goes to the cloud's own hosts only") {
    const auto& cloud = *find_cloud("AzureCloud");
    for (const auto* ours :
         {"https://management.azure.com/subscriptions?x",
          "https://westeurope.management.azure.com/operations/1",
          "HTTPS://Management.Azure.COM/x"}) {
        CHECK(is_arm_link(cloud, ours));
    }
    for (const auto* other :
         {"http://management.azure.com/",
          "https://management.azure.com.evil.example/",
          "https://evilmanagement.azure.com/",
          "https://management.azure.com@evil.example/",
          "https://evil.example/?https://management.azure.com",
          "https://evil.example\\.management.azure.com/",
          "https://management.azure.com\\@evil.example/",
          "https://management.azure.com\\.evil.example/",
          "https://management.azure.com\\",
          "//management.azure.com/",
          ""}) {
        INFO(other);
        CHECK_FALSE(is_arm_link(cloud, other));
    }
}
