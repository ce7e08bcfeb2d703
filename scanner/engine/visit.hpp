// One host, from its first packet to its judgement.
#pragma once

#include "core/host_deadline.hpp"
#include "core/outcome.hpp"
#include "core/pacer.hpp"
#include "probes/rule.hpp"
#include "scanner/admission/admission.hpp"
#include "scanner/credentials/credentials.hpp"
#include "scanner/engine/assessment.hpp"
#include "scanner/engine/collector.hpp"
#include "scanner/engine/fixing.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/store/audit.hpp"
#include "transports/registry.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace rdpsweep {

enum class VisitKind { assess, check, fix }; // check: be let in and stop

using Transports = std::map<std::string, std::unique_ptr<Transport>, std::less<>>;

// What all visits of a sweep share. Filled by name: it has too many members for an order.
struct VisitServices {
    Transports& transports;
    CredentialStore& credentials;
    AuditLog& audit;
    const Collector& collector;
    Policy policy = {};
    std::string run_id = {};
    int retries = 0;
    VisitKind kind = VisitKind::assess;
    Pacer* pacer = nullptr;           // null: connections are not paced
    Admission* admission = nullptr;   // set by the sweep; null: every login may begin at once
    FactSource* outside = nullptr;    // looks at a host without logging on; null: not at all
    bool always_look_outside = false; // of assess: even if the route does not name the source
    azure::Arm* evidence = nullptr; // of assess: asked about VMs that were not assessed; null: not
    CollectorChoice collect_by = CollectorChoice::automatic;
    Fixing* fixing = nullptr; // of fix
};

// Makes the host's account the reason of a failure, where it is.
void blame_bytes(Attempt& attempt, const HostDeadline& deadline);

class Visit {
public:
    // target and services must outlive it. result.target, index and started are set here.
    Visit(const Target& target, std::size_t index, VisitServices& services);

    // Walks the target's route until one transport works or none is left. Afterwards result()
    // is complete; it never throws for what a host does.
    Task<void> run(HostDeadline& deadline);

    // Deletes what a failed visit left on the host, within limits::cleanup, and holds nothing of
    // it any more. Call it after the result is stored: it never delays a result.
    Task<void> clean_up();

    [[nodiscard]] HostResult& result() noexcept { return result_; }

    // Returns the failure of ours that makes it pointless to go on with any host: a command that
    // could not be recorded.
    [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

    // Returns, for progress, "tls", "collect", ...
    [[nodiscard]] std::string_view rung_now() const noexcept;

private:
    class Start;

    Task<void> walk(HostDeadline& deadline);
    Task<bool> try_transport(const std::string& transport, HostDeadline& deadline);
    Task<bool> look(Attempt& attempt, HostDeadline& deadline);
    Task<Status> keep(HostDeadline& deadline);
    Task<void> look_outside(HostDeadline& deadline);
    [[nodiscard]] std::string_view why_no_look(const HostDeadline& deadline) const;
    Task<void> ask_azure(HostDeadline& deadline);
    bool would_repeat_password(const std::string& transport);
    bool take_http_fallback(const std::string& transport);
    Result<const Credential*> credential_for(Login login);
    Task<Status> attempt_once(Transport& transport, Attempt& attempt, HostDeadline& deadline);
    Task<Status> use(Session& session, Attempt& attempt, HostDeadline& deadline);
    Task<Status> fix(Session& session, Attempt& attempt, HostDeadline& deadline);
    Task<void> look_inside(Session& session, Attempt& attempt, HostDeadline& deadline);
    [[nodiscard]] std::string user_of(const Attempt& attempt, const Credential& who) const;
    Task<Status> collect(Session& session, Attempt& attempt, HostDeadline& deadline);
    Task<Status> take_given(
        Result<std::string> given,
        const std::string& nonce,
        Attempt& attempt,
        HostDeadline& deadline
    );
    Task<Status> collect_by_script(
        Session& session, const std::string& nonce, Attempt& attempt, HostDeadline& deadline
    );
    Task<Status> collect_by_cim(CimClient& cim, Attempt& attempt, HostDeadline& deadline);
    Task<Status>
    fall_back(CimClient& cim, Status without, Attempt& attempt, HostDeadline& deadline);
    void record(const Attempt& attempt, HostDeadline& deadline);
    Status
    read_output(const CommandOutput& output, const std::string& nonce, const Attempt& attempt);
    void log_failure(const Attempt& attempt) const;
    void conclude();
    void judge();
    void take_name();

    const Target& target_;
    VisitServices& services_;
    const Target* as_;                      // what is opened: target_, or its HTTP fallback
    std::unique_ptr<Target> http_fallback_; // outlives leftover_, which refers to it
    HostResult result_;
    Assessment assessment_;
    HeldBytes held_;                                 // what assessment_ takes
    std::vector<std::unique_ptr<Attempt>> attempts_; // stable addresses: sessions write into them
    std::unique_ptr<Attempt> outside_attempt_;       // of look_outside(); null: none
    std::unique_ptr<Attempt> azure_;                 // of ask_azure(); null: none
    std::unique_ptr<Session> leftover_;
    Places::Place place_;               // among the hosts at work; of the attempt under way
    bool password_refused_ = false;     // over any transport
    const Credential* shown_ = nullptr; // of the attempt under way
    bool asks_cim_ = false;             // then Phase::run begins no script
    std::optional<Error> failure_;
};

} // namespace rdpsweep
