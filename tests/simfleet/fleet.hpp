// Thousands of simulated VMs, the same ones for the same seed.
#pragma once

#include "tests/simfleet/mix.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/vm.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

struct InventoryOptions {
    std::uint16_t port = 15986;        // where the fleet serves WinRM over HTTPS
    std::uint16_t http_port = 0;       // where it serves WinRM over HTTP; 0: nowhere
    std::uint16_t rdp_port = 0;        // where it serves RDP; 0: nowhere
    std::uint16_t ssh_port = 0;        // where it serves SSH; 0: nowhere
    unsigned ssh_share = 100;          // per cent of the VMs that SSH could reach
    std::uint16_t closed_port = 15987; // where nobody listens: given to VMs that refuse
    std::string user = "SIM\\sweeper";
    std::string password_env = "RDPSWEEP_PASSWORD";
    std::string auth; // winrm.auth of every target; empty: the reader's default
};

class Fleet {
public:
    // Precondition: known_mix(mix). now is the day all dates are relative to (Unix seconds);
    // without it, today.
    Fleet(
        std::size_t vms,
        std::uint64_t seed,
        std::string mix,
        std::optional<std::int64_t> now = std::nullopt
    );

    // Makes every VM that much slower. Call it before a VM is asked for.
    void slow_down(const Slowness& slowness) { slowness_ = slowness; }

    [[nodiscard]] std::size_t size() const noexcept { return plans_.size(); }

    // The VM, with the Windows in it; built on the first call (about 2 ms), then kept. The
    // reference lives as long as the fleet. Any thread may call. Precondition: index < size().
    [[nodiscard]] const Vm& at(std::size_t index) const;

    // The VM at "127.a.b.c", or null. Builds it like at().
    [[nodiscard]] const Vm* by_address(std::string_view ip) const;

    // What is known of a VM without building it.
    [[nodiscard]] Manner manner(std::size_t index) const;
    [[nodiscard]] std::string address(std::size_t index) const;
    [[nodiscard]] const std::string& name(std::size_t index) const;
    [[nodiscard]] std::string_view profile(std::size_t index) const;

    // A fleet.yaml for rdpsweep with every VM in it. ASCII.
    [[nodiscard]] std::string inventory_yaml(const InventoryOptions& options) const;

    // What a client with that inventory can find out.
    // {"vms":[{"name","address","profile","outcome","root_cause","verdict","findings":{RULE:
    // {"verdict","cause","severity","confidence","key","evidence":[]}}}]}; of one that does not
    // matter only "verdict" and "key", of one that is ok only "verdict".
    [[nodiscard]] std::string truth_json(const InventoryOptions& options = {}) const;

private:
    // How an inventory says that a VM is reached.
    enum class Route : std::uint8_t { winrm, ssh, winrm_then_ssh };

    struct Plan {
        const Profile* profile = nullptr;
        std::string name;
        std::uint32_t build = 0;
        std::uint64_t seed = 0;
        std::string role;
        std::string environment;
    };

    [[nodiscard]] Route route(std::size_t index, const InventoryOptions& options) const;
    [[nodiscard]] Truth truth(std::size_t index, const InventoryOptions& options) const;
    void describe(std::size_t index, std::uint64_t seed);
    [[nodiscard]] Vm build(std::size_t index) const;

    std::vector<Plan> plans_;
    std::int64_t now_ = 0;
    Slowness slowness_;
    mutable std::mutex mutex_;
    mutable std::vector<std::unique_ptr<Vm>> vms_;
};

// "127.a.b.c" of a position, never ending in .0 or .255 and never in 127.0.0.x; the inverse gives
// nothing for any other text.
std::string address_of(std::size_t index);
std::optional<std::size_t> index_of(std::string_view address);

} // namespace simfleet
