// Copies of disks (Microsoft.Compute/snapshots): made, given access to, read by ranges, deleted.
// What takes time ends at a later look.
#pragma once

#include "tests/simfleet/azure/arm_resources.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

struct SnapshotScene {
    std::vector<std::string> disks; // files with the bytes of OS disks, dealt to the VMs in turn
    // Of the snapshot of the i-th VM the request of that step is never answered, once: make look
    // begin read end delete; with a + behind it, what was asked for is done.
    std::vector<std::string> freeze;
    bool at_once = false;        // nothing takes time
    std::size_t sas_life = 3600; // seconds, at most
};

class ArmSnapshots {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    // base: "https://localhost:8443", for addresses that let their reader in.
    ArmSnapshots(
        const ArmResources& resources, SnapshotScene scene, Stats& stats, Now now, std::string base
    )
        : resources_(resources), scene_(std::move(scene)), stats_(stats), now_(std::move(now)),
          base_(std::move(base)) {}

    // .../snapshots/NAME, path as written: made by PUT and gone by DELETE, each done at the second
    // GET. A status of 0: the client gets no answer.
    HttpResponse of_snapshot(const HttpRequest& request, const std::string& path);

    // .../snapshots/NAME/ACTION: beginGetAccess, endGetAccess.
    HttpResponse act(const HttpRequest& request, const std::string& path, std::string_view action);

    // Returns what an access that was begun under that id has come to; nothing: none was. monitor:
    // at the second of the two addresses that ARM gives.
    [[nodiscard]] std::optional<HttpResponse> ask(const std::string& id, bool monitor) const;

    // /md-.../abcd?...: a range of the bytes, for whoever has the signature.
    HttpResponse
    give_range(const HttpRequest& request, const std::string& blob, const std::string& signature);

    // The snapshots of a subscription, or of one resource group.
    [[nodiscard]] std::vector<nlohmann::json>
    snapshots(std::size_t subscription, std::string_view group) const;

private:
    struct Snapshot {
        std::string path;
        std::string source;
        std::string location;
        std::string tags; // JSON
        unsigned looks = 0;
        bool leaving = false;
        std::map<std::string, std::chrono::steady_clock::time_point> access; // signatures
    };

    HttpResponse make(const HttpRequest& request, const std::string& path);
    HttpResponse remove(const std::string& path);
    HttpResponse look(const std::string& path);
    HttpResponse answer(const HttpRequest& request, const std::string& path);
    HttpResponse begin_access(Snapshot& snapshot, const std::string& body, const std::string& path);
    HttpResponse accepted(const std::string& path, const nlohmann::json& result);
    bool freezes(const std::string& source, const std::string& step);
    [[nodiscard]] std::string source_of(const HttpRequest& request, const std::string& path) const;
    [[nodiscard]] bool is_read(const Snapshot& snapshot) const;
    [[nodiscard]] nlohmann::json describe(const Snapshot& snapshot) const;

    const ArmResources& resources_;
    SnapshotScene scene_;
    Stats& stats_;
    Now now_;
    std::string base_;
    std::map<std::string, Snapshot> snapshots_;     // by path, in small letters
    std::map<std::string, std::string> blobs_;      // and that path
    std::map<std::string, std::string> operations_; // results of accesses, JSON
    std::set<std::size_t> frozen_;                  // VMs whose turn it was
};

} // namespace simfleet
