#include "scanner/azure/read_azure.hpp"

#include "core/text.hpp"
#include "scanner/azure/azure_targets.hpp"
#include "scanner/child_process.hpp"
#include "scanner/inventory/read_file.hpp"
#include "transports/azure/inventory.hpp"
#include "transports/azure/login.hpp"

#include <set>

namespace rdpsweep {

namespace {

constexpr auto where = "azure";
constexpr auto patience = std::chrono::minutes(10);
constexpr std::size_t cloud_file_bytes = 1u << 20;

void complain(const Error& error, Problems& problems) {
    auto what = std::string(error.detail());
    if (!error.native().empty()) what += " (" + std::string(error.native()) + ")";
    problems.add(where, std::move(what), std::string(error.hint()));
}

Result<azure::Cloud> cloud_of(const std::string& written) {
    if (const auto* known = azure::find_cloud(written)) return *known;
    if (written.find('/') == std::string::npos && !written.ends_with(".json")) {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   "--azure-cloud: " + in_quotes(written) + " is no known cloud"
        )
            .with_hint(
                suggest(written, azure::cloud_names(), "known clouds") +
                "; or a file: az cloud show -n NAME > cloud.json"
            );
    }
    const auto text = read_file(written, cloud_file_bytes);
    if (!text) return Error(text.error());
    return azure::read_cloud(*text);
}

azure::LoginKind kind_of(AzureLogin login) {
    switch (login) {
    case AzureLogin::environment:
        return azure::LoginKind::environment;
    case AzureLogin::managed_identity:
        return azure::LoginKind::managed_identity;
    case AzureLogin::cli:
        return azure::LoginKind::cli;
    case AzureLogin::automatic:
        break;
    }
    return azure::LoginKind::automatic;
}

// Everything that one question needs, alive until it is answered.
class Question {
public:
    Question(azure::Cloud cloud, const AzureOptions& options)
        : options_(options), cloud_(std::move(cloud)), rest_(azure::make_rest(options.ca_file)),
          environment_(azure::process_environment) {}

    // Runs a lane of its own to the end.
    Result<azure::FoundVms> ask() {
        azure::LoginServices services{*rest_, cloud_, environment_, run_az};
        auto source = azure::login(kind_of(options_.login), services);
        if (!source) return std::move(source).error();
        tokens_.emplace(std::move(*source));
        arm_.emplace(*rest_, *tokens_, cloud_);
        asio::io_context lane(1);
        HostScope scope(lane.get_executor(), Clock::now() + patience);
        std::optional<Result<azure::FoundVms>> answer;
        const auto task = [&]() -> Task<void> {
            azure::InventoryScope wanted{
                options_.subscriptions, options_.resource_groups, options_.resources};
            auto found = co_await azure::find_vms(*arm_, std::move(wanted), scope);
            answer.emplace(std::move(found));
            scope.abort(); // nothing else keeps the lane
        };
        asio::co_spawn(lane, task, asio::detached);
        lane.run();
        if (answer) return std::move(*answer);
        return Error(Phase::inventory, Errc::bug, "Azure's answer got lost");
    }

    [[nodiscard]] std::string summary(const azure::FoundVms& found) const {
        std::set<std::string> subscriptions;
        for (const auto& vm : found.vms)
            subscriptions.insert(vm.subscription);
        return "Azure: " + std::to_string(found.vms.size()) + " Windows VMs in " +
               std::to_string(subscriptions.size()) + " subscriptions of " + cloud_.name +
               ", asked by " + tokens_->describe() + " in " + std::to_string(arm_->calls()) +
               " calls";
    }

private:
    static Result<std::string> run_az(const std::vector<std::string>& argv) {
        ProgramLimits limits;
        limits.time = std::chrono::seconds(60); // az takes 1 to 10 to start
        return run_program(argv, limits, "azure-cli");
    }

    const AzureOptions& options_;
    azure::Cloud cloud_;
    std::unique_ptr<azure::Rest> rest_;
    azure::Environment environment_;
    std::optional<azure::TokenCache> tokens_;
    std::optional<azure::Arm> arm_;
};

} // namespace

bool take_azure_inventory(const std::string& written, AzureOptions& options) {
    constexpr std::string_view prefix = "azure:";
    if (!written.starts_with(prefix)) return false;
    const auto names = written.substr(prefix.size());
    if (names.empty()) {
        options.all = true;
        return true;
    }
    for (auto& name : split(names, ','))
        if (!trim(name).empty()) options.subscriptions.emplace_back(trim(name));
    return true;
}

void read_azure(const AzureOptions& options, Problems& problems, InventorySource& source) {
    auto cloud = cloud_of(options.cloud);
    if (!cloud) return complain(cloud.error(), problems);
    Question question(std::move(*cloud), options);
    auto found = question.ask();
    if (!found) return complain(found.error(), problems);
    source.notes.push_back(question.summary(*found));
    for (auto& note : found->notes)
        source.notes.push_back("Azure: " + note);
    if (!found->complete) source.notes.emplace_back("Azure: the inventory is incomplete");
    add_azure_targets(found->vms, options, source);
}

} // namespace rdpsweep
