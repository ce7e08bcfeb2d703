// What the simulated fleet saw of its clients, and everything a real server would have disliked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// Lives on the io thread; not thread-safe.
class Stats {
public:
    explicit Stats(std::size_t vms) : requests_by_vm_(vms), refusals_by_vm_(vms) {}

    void connection_opened();

    void connection_closed() noexcept { --open_; }

    void foreign_peer() noexcept { ++foreign_peers_; }

    void tls_handshake(bool completed, std::string_view version);
    // One HTTP request for VM number vm; what is the WS-Man action's last word or "handshake".
    void request(std::size_t vm, std::string_view what);

    void fault(std::uint32_t code) { ++faults_[code]; }

    // mechanism: "basic", "ntlm" or "kerberos".
    void authenticated(const std::string& mechanism, bool channel_bound);
    // why: the mechanism's own words; may be empty.
    void refused_credentials(std::size_t vm, const std::string& mechanism, std::string_view why);
    void script(std::string sha256);

    void script_run() noexcept { ++script_runs_; }

    // A protocol violation by the client; the same text is counted, not repeated. At most 100
    // different ones are kept.
    void violation(std::string_view what);

    // Takes note of a Receive that has come, and of its answer.
    void receive_began() noexcept { ++receives_waiting_; }

    void receive_ended() noexcept { --receives_waiting_; }

    // Whether scripts are kept from saying anything.
    void hold(bool held) noexcept { held_ = held; }

    [[nodiscard]] bool held() const noexcept { return held_; }

    void shell_created() noexcept;
    void shell_deleted() noexcept;
    void shell_reaped() noexcept; // its idle time-out passed: the client leaked it

    [[nodiscard]] std::uint64_t violations() const noexcept { return violation_count_; }

    [[nodiscard]] std::uint64_t shells_open() const noexcept { return shells_open_; }

    [[nodiscard]] std::string json() const;

private:
    struct Authentications {
        std::uint64_t bound = 0;
        std::uint64_t unbound = 0;
        std::uint64_t refused = 0;
    };

    std::uint64_t connections_ = 0;
    std::uint64_t open_ = 0;
    std::uint64_t peak_open_ = 0;
    std::uint64_t foreign_peers_ = 0;
    std::uint64_t tls_failures_ = 0;
    std::map<std::string, std::uint64_t, std::less<>> tls_handshakes_;
    std::map<std::string, std::uint64_t, std::less<>> requests_;
    std::map<std::uint32_t, std::uint64_t> faults_;
    std::map<std::string, Authentications, std::less<>> authentications_;
    std::map<std::string, std::uint64_t, std::less<>> refusals_;
    std::uint64_t shells_created_ = 0;
    std::uint64_t shells_deleted_ = 0;
    std::uint64_t shells_reaped_ = 0;
    std::uint64_t shells_open_ = 0;
    std::uint64_t shells_peak_ = 0;
    std::uint64_t receives_waiting_ = 0;
    bool held_ = false;
    std::set<std::string> scripts_;
    std::uint64_t script_runs_ = 0;
    std::vector<std::uint32_t> requests_by_vm_;
    std::vector<std::uint32_t> refusals_by_vm_;
    std::map<std::string, std::uint64_t, std::less<>> violations_;
    std::uint64_t violation_count_ = 0;
};

} // namespace simfleet
