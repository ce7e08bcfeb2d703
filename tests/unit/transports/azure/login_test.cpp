// Who we are to Azure: an application, a machine, or the one who is logged in.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/azure/arm_bench.hpp"

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace rdpsweep::azure_test;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

TEST_CASE("An application proves itself by secret, certificate or federated token") {
    ScriptedRest rest;
    rest.answers = {answer_of(200, token_json("given"))};
    ServicePrincipal principal;
    principal.tenant = "tenant-1";
    principal.client = "client-1";
    SECTION("secret, encoded") {
        principal.proof.emplace<ClientSecret>(Secret("s+cr&t=~é"));
        const auto source = make_service_principal(rest, cloud(), std::move(principal));
        CHECK(source->describe() == "service principal client-1 with a secret");
        REQUIRE(fetch(*source));
        CHECK(rest.asked[0].url == "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token");
        CHECK(rest.asked[0].method == "POST");
        CHECK(
            rest.asked[0].body ==
            "client_id=client-1&grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.core."
            "windows.net%2F%2F.default&client_secret=s%2Bcr%26t%3D~%C3%A9"
        );
    }
    SECTION("a federated token, read each time") {
        const Scratch scratch;
        const auto path = scratch.file("token", "first-token\n");
        principal.proof.emplace<FederatedTokenFile>(path);
        rest.answers.push_back(answer_of(200, token_json("again")));
        const auto source = make_service_principal(rest, cloud(), std::move(principal));
        REQUIRE(fetch(*source));
        std::ofstream(path) << "second-token\n";
        REQUIRE(fetch(*source));
        CHECK(rest.asked[0].body.ends_with("client_assertion=first-token"));
        CHECK(rest.asked[1].body.ends_with("client_assertion=second-token"));
        std::filesystem::remove(path);
        CHECK_FALSE(fetch(*source));
    }
    SECTION("a refusal") {
        principal.proof.emplace<ClientSecret>(Secret("wrong"));
        rest.answers = {answer_of(
            401, R"({"error":"invalid_client","error_description":"AADSTS7000215: no"})"
        )};
        const auto source = make_service_principal(rest, cloud(), std::move(principal));
        auto refused = fetch(*source);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == Errc::access_denied);
    }
}

TEST_CASE("The machine's identity is found as Azure's libraries find it") {
    const auto find = [](std::map<std::string, std::string> values) {
        return find_machine(environment_of(std::move(values)), "");
    };
    CHECK(find({})->endpoint == "http://169.254.169.254/metadata/identity/oauth2/token");
    CHECK(
        find({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1/"}})->endpoint ==
        "http://127.0.0.1:1/metadata/identity/oauth2/token"
    );
    CHECK(
        find({{"IDENTITY_ENDPOINT", "http://x/token"}, {"IDENTITY_HEADER", "h"}})->kind ==
        MachineKind::app_service
    );
    CHECK(
        find({{"IDENTITY_ENDPOINT", "http://x/token"}, {"IMDS_ENDPOINT", "http://y"}})->kind ==
        MachineKind::arc
    );
    CHECK_FALSE(find(
        {{"IDENTITY_ENDPOINT", "x"}, {"IDENTITY_HEADER", "h"}, {"IDENTITY_SERVER_THUMBPRINT", "t"}}
    ));

    ScriptedRest rest;
    const Scratch scratch;
    const std::filesystem::path folder{scratch.path("arc")};
    std::filesystem::create_directories(folder);
    const auto source_of = [&](ManagedIdentity identity) {
        return make_managed_identity(rest, cloud(), std::move(identity), folder.string());
    };
    SECTION("App Service") {
        rest.answers = {answer_of(200, R"({"access_token":"a","expires_on":"9999999999"})")};
        ManagedIdentity identity{MachineKind::app_service, "http://x/token", "header-1", "user-1"};
        REQUIRE(fetch(*source_of(identity)));
        CHECK(
            rest.asked[0].url ==
            "http://x/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.core.windows."
            "net%2F&client_id=user-1"
        );
        CHECK(rest.header(0, "X-IDENTITY-HEADER") == "header-1");
        CHECK(rest.header(0, "Metadata") == "true");
        CHECK(rest.asked[0].direct);
    }
    SECTION("Arc, with the key it names") {
        std::ofstream(folder / "abc.key") << "key-of-arc";
        rest.answers = {
            answer_of(
                401,
                "",
                {{"www-authenticate", "Basic realm=/var/opt/azcmagent/tokens/../../../etc/abc.key"}}
            ),
            answer_of(200, token_json("arc"))};
        REQUIRE(fetch(*source_of({MachineKind::arc, "http://x/token", "", ""})));
        CHECK(rest.header(1, "Authorization") == "Basic key-of-arc");
    }
    SECTION("Arc may not make us read anything else") {
        for (const auto* realm : {"/etc/shadow", "abc", "/x/.key", ""}) {
            rest.answers = {
                answer_of(401, "", {{"www-authenticate", "Basic realm=" + std::string(realm)}})};
            const auto before = rest.asked.size();
            CHECK_FALSE(fetch(*source_of({MachineKind::arc, "http://x/token", "", ""})));
            CHECK(rest.asked.size() == before + 1);
        }
        std::ofstream(folder / "big.key") << std::string(5000, 'k');
        rest.answers = {answer_of(401, "", {{"www-authenticate", "Basic realm=/t/big.key"}})};
        CHECK_FALSE(fetch(*source_of({MachineKind::arc, "http://x/token", "", ""})));
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("Who we are follows from the environment") {
    ScriptedRest rest;
    std::vector<std::string> ran;
    const auto name_of = [&](std::map<std::string, std::string> values, LoginKind kind) {
        const auto environment = environment_of(std::move(values));
        const LoginServices services{
            rest, cloud(), environment, [&ran](const std::vector<std::string>& argv) {
                ran = argv;
                return Result<std::string>(token_json("cli"));
            }};
        auto source = login(kind, services);
        return source ? (*source)->describe() : "error: " + std::string(source.error().detail());
    };
    const std::map<std::string, std::string> application{
        {"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "s3cret"}};
    CHECK(name_of(application, LoginKind::automatic) == "service principal c with a secret");
    CHECK(name_of({}, LoginKind::environment) == "error: the environment holds no AZURE_TENANT_ID");
    CHECK(
        name_of({{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}}, LoginKind::automatic) ==
        "error: the environment holds no proof for the application"
    );
    CHECK(name_of({}, LoginKind::managed_identity) == "managed identity of this VM");
    CHECK(
        name_of({{"AZURE_CLIENT_ID", "u"}}, LoginKind::managed_identity) ==
        "managed identity of this VM, client u"
    );
    CHECK(name_of({}, LoginKind::automatic) == "managed identity of this VM, or azure-cli's login");

    SECTION("az is asked when the machine has no identity") {
        const auto environment = environment_of({});
        const LoginServices services{
            rest, cloud(), environment, [&ran](const std::vector<std::string>& argv) {
                ran = argv;
                return Result<std::string>(token_json("cli"));
            }};
        auto source = login(LoginKind::automatic, services);
        REQUIRE(source);
        REQUIRE(fetch(**source)); // the script has no answer: the connection is lost
        CHECK((*source)->describe() == "azure-cli's login");
        CHECK(
            ran ==
            std::vector<std::string>{
                "az",
                "account",
                "get-access-token",
                "--output",
                "json",
                "--resource",
                "https://management.core.windows.net/"}
        );
        // An identity that is there and says no is what the user must hear of, when az fails too.
    }
}

TEST_CASE("Subscriptions are chosen by id or name") {
    const std::vector<Subscription> all{
        {"aa", "Prod", "Enabled"}, {"bb", "Test", "Warned"}, {"cc", "Test", "Enabled"}};
    CHECK(choose(all, {})->size() == 3);
    CHECK(choose(all, {"prod"})->front().id == "aa");
    CHECK(choose(all, {"BB", "bb", "Prod"})->size() == 2);
    CHECK_FALSE(choose(all, {"test"})); // which one?
    auto misspelt = choose(all, {"Prodd"});
    REQUIRE_FALSE(misspelt);
    CHECK(misspelt.error().hint() == "did you mean Prod?");
    CHECK(Subscription{"", "", "PastDue"}.readable());
    CHECK_FALSE(Subscription{"", "", "Disabled"}.readable());
}
