// Keeps the snapshots, and answers for each step of their lives.
#include "tests/simfleet/azure/arm_snapshots.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;

namespace {

constexpr std::size_t longest_name = 80;

HttpResponse no_answer() {
    HttpResponse none;
    none.status = 0;
    return none;
}

HttpResponse no_snapshot() {
    return arm_failure(404, "ResourceNotFound", "The snapshot was not found.");
}

HttpResponse wrong_parameter() {
    return arm_failure(400, "InvalidParameter", "Required parameter is missing or wrong.");
}

HttpResponse denied_by_policy() {
    return json_answer(
        403,
        {{"error",
          {{"code", "RequestDisallowedByPolicy"},
           {"message", "Resource was disallowed by policy."},
           {"additionalInfo",
            json::array(
                {{{"type", "PolicyViolation"},
                  {"info", {{"policyDefinitionDisplayName", "No public snapshots"}}}}}
            )}}}}
    );
}

std::string text_at(const json& body, const char* pointer) {
    return body.is_object() ? body.value(json::json_pointer(pointer), std::string())
                            : std::string();
}

// As Azure's storage refuses: in XML, and with the code in a header.
HttpResponse storage_failure(unsigned status, const std::string& code) {
    HttpResponse response;
    response.status = status;
    response.content_type = "application/xml";
    response.headers.emplace_back("x-ms-error-code", code);
    response.headers.emplace_back("x-ms-request-id", "5a000000-0000-4000-8000-000000000001");
    response.body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + code +
                    "</Code><Message>no</Message></Error>";
    return response;
}

struct Span {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

std::optional<Span> span_of(const HttpRequest& request) {
    const auto* wanted = request.header("x-ms-range");
    if (wanted == nullptr) wanted = request.header("range");
    unsigned long long first = 0;
    unsigned long long last = 0;
    if (wanted == nullptr || std::sscanf(wanted->c_str(), "bytes=%llu-%llu", &first, &last) != 2)
        return {};
    return Span{first, last};
}

} // namespace

// Whether the request of a step is the one that gets no answer.
bool ArmSnapshots::freezes(const std::string& source, const std::string& step) {
    const auto index = resources_.find_disk(source);
    if (!index || *index >= scene_.freeze.size() || scene_.freeze[*index] != step) return false;
    if (!frozen_.insert(*index).second) return false;
    stats_.request(0, "frozen");
    return true;
}

std::string ArmSnapshots::source_of(const HttpRequest& request, const std::string& path) const {
    const auto found = snapshots_.find(ascii_lower(path));
    if (found != snapshots_.end()) return found->second.source;
    return text_at(
        json::parse(request.body, nullptr, false), "/properties/creationData/sourceResourceId"
    );
}

HttpResponse ArmSnapshots::make(const HttpRequest& request, const std::string& path) {
    const auto body = json::parse(request.body, nullptr, false);
    const auto source = text_at(body, "/properties/creationData/sourceResourceId");
    const auto how = text_at(body, "/properties/creationData/createOption");
    const auto name = path.substr(path.rfind('/') + 1);
    const auto location = text_at(body, "/location");
    if (location.empty() || how != "Copy" || name.size() > longest_name) return wrong_parameter();
    const auto disk = resources_.find_disk(source);
    if (!disk) {
        stats_.violation("a copy of what is no OS disk");
        return arm_failure(404, "ResourceNotFound", "The disk was not found.");
    }
    if (resources_.disk_kind(*disk) == "policy") return denied_by_policy();
    if (resources_.disk_kind(*disk) == "no-right") {
        return arm_failure(
            403,
            "AuthorizationFailed",
            "The client does not have authorization to perform action "
            "'Microsoft.Compute/snapshots/write' over scope."
        );
    }
    auto& kept = snapshots_[ascii_lower(path)];
    if (!kept.path.empty() && !rdpsweep::iequals(kept.source, source))
        return arm_failure(409, "PropertyChangeNotAllowed", "creationData cannot be changed.");
    kept.path = path;
    kept.source = source;
    kept.location = location;
    kept.tags = body.contains("tags") ? body["tags"].dump() : "{}";
    if (scene_.at_once) kept.looks = 2;
    return json_answer(scene_.at_once ? 200 : 202, describe(kept));
}

json ArmSnapshots::describe(const Snapshot& snapshot) const {
    const char* state = "Updating";
    if (snapshot.looks > 1) state = resources_.scene().snapshots_fail ? "Failed" : "Succeeded";
    if (snapshot.leaving) state = "Deleting";
    const auto index = resources_.find_disk(snapshot.source);
    const auto disk = index ? resources_.disk(*index) : json::object();
    json creation{{"createOption", "Copy"}, {"sourceResourceId", snapshot.source}};
    creation["sourceUniqueId"] = disk.value("/properties/uniqueId"_json_pointer, json());
    return {
        {"name", snapshot.path.substr(snapshot.path.rfind('/') + 1)},
        {"id", snapshot.path},
        {"type", "Microsoft.Compute/snapshots"},
        {"location", snapshot.location},
        {"tags", json::parse(snapshot.tags)},
        {"sku", {{"name", "Standard_LRS"}, {"tier", "Standard"}}},
        {"properties",
         {{"provisioningState", state},
          {"incremental", true},
          {"osType", "Windows"},
          {"networkAccessPolicy", "AllowAll"},
          {"publicNetworkAccess", "Enabled"},
          {"diskState", is_read(snapshot) ? "ActiveSAS" : "Unattached"},
          {"completionPercent", 100},
          {"diskSizeGB", disk.value("/properties/diskSizeGB"_json_pointer, json())},
          {"timeCreated", "2024-01-02T03:04:05.678+00:00"},
          {"creationData", creation}}}};
}

std::vector<json> ArmSnapshots::snapshots(std::size_t subscription, std::string_view group) const {
    const auto own = "/subscriptions/" + ArmResources::subscription_id(subscription) +
                     "/resourcegroups/" + ascii_lower(group) + (group.empty() ? "" : "/");
    std::vector<json> found;
    for (const auto& [path, snapshot] : snapshots_)
        if (path.starts_with(own)) found.push_back(describe(snapshot));
    return found;
}

HttpResponse ArmSnapshots::remove(const std::string& path) {
    const auto found = snapshots_.find(ascii_lower(path));
    if (found == snapshots_.end()) return json_answer(204, nullptr);
    if (is_read(found->second)) {
        stats_.violation("a snapshot deleted while somebody has access to it");
        return arm_failure(
            409,
            "OperationNotAllowed",
            "There is an active shared access signature outstanding for the snapshot. Call "
            "EndGetAccess on it before deleting it."
        );
    }
    if (scene_.at_once) {
        snapshots_.erase(found);
        return json_answer(200, nullptr);
    }
    found->second.leaving = true;
    found->second.looks = 0;
    return json_answer(202, nullptr);
}

HttpResponse ArmSnapshots::look(const std::string& path) {
    const auto found = snapshots_.find(ascii_lower(path));
    if (found == snapshots_.end()) return no_snapshot();
    auto& snapshot = found->second;
    if (++snapshot.looks > 1 && snapshot.leaving) {
        snapshots_.erase(found);
        return no_snapshot();
    }
    return json_answer(200, describe(snapshot));
}

HttpResponse ArmSnapshots::answer(const HttpRequest& request, const std::string& path) {
    if (request.method == "PUT") return make(request, path);
    if (request.method == "DELETE") return remove(path);
    return request.method == "GET" ? look(path) : no_snapshot();
}

HttpResponse ArmSnapshots::of_snapshot(const HttpRequest& request, const std::string& path) {
    const std::string step = request.method == "PUT"      ? "make"
                             : request.method == "DELETE" ? "delete"
                                                          : "look";
    const auto source = source_of(request, path);
    if (freezes(source, step)) return no_answer();
    auto response = answer(request, path);
    return freezes(source, step + "+") ? no_answer() : response;
}

bool ArmSnapshots::is_read(const Snapshot& snapshot) const {
    const auto& all = snapshot.access;
    return std::any_of(all.begin(), all.end(), [this](const auto& each) {
        return now_() < each.second;
    });
}

// Begins an operation whose result is known.
HttpResponse ArmSnapshots::accepted(const std::string& path, const json& result) {
    if (scene_.at_once) return json_answer(200, result);
    const auto id = rdpsweep::random_hex128();
    operations_[id] = result.dump();
    const auto subscription = rdpsweep::split(path, '/').at(2);
    const auto link = base_ + "/subscriptions/" + subscription +
                      "/providers/Microsoft.Compute/locations/westeurope/DiskOperations/" + id +
                      "?p=access&api-version=2024-03-02";
    auto begun = json_answer(202, nullptr);
    begun.headers.emplace_back("Azure-AsyncOperation", link);
    begun.headers.emplace_back("Location", link + "&monitor=true");
    begun.headers.emplace_back("Retry-After", "1");
    return begun;
}

std::optional<HttpResponse> ArmSnapshots::ask(const std::string& id, bool monitor) const {
    const auto found = operations_.find(id);
    if (found == operations_.end()) return {};
    const auto result = json::parse(found->second);
    if (monitor) return json_answer(200, result);
    return json_answer(
        200,
        {{"name", id},
         {"status", "Succeeded"},
         {"startTime", "2024-01-02T03:04:05.678+00:00"},
         {"endTime", "2024-01-02T03:04:06.678+00:00"},
         {"properties", {{"output", result}}}}
    );
}

HttpResponse
ArmSnapshots::begin_access(Snapshot& snapshot, const std::string& body, const std::string& path) {
    constexpr std::size_t shortest = 60;
    const auto wanted = json::parse(body, nullptr, false);
    const auto life = wanted.is_object() ? wanted.value("durationInSeconds", std::size_t{0}) : 0;
    if (text_at(wanted, "/access") != "Read" || life < shortest) return wrong_parameter();
    if (snapshot.looks < 2 || snapshot.leaving)
        return arm_failure(409, "OperationNotAllowed", "The snapshot is being changed.");
    const auto blob = "md-" + rdpsweep::random_hex128().substr(0, 12);
    const auto signature = rdpsweep::random_hex128() + rdpsweep::random_hex128().substr(0, 12);
    blobs_[blob] = ascii_lower(path);
    snapshot.access[signature] = now_() + std::chrono::seconds(std::min(life, scene_.sas_life));
    return accepted(
        path,
        {{"accessSAS",
          base_ + "/" + blob + "/abcd?sv=2018-03-28&sr=b&si=" + rdpsweep::random_hex128() +
              "&sig=" + signature}}
    );
}

HttpResponse
ArmSnapshots::act(const HttpRequest& request, const std::string& path, std::string_view action) {
    const auto found = snapshots_.find(ascii_lower(path));
    const bool begins = rdpsweep::iequals(action, "beginGetAccess");
    const bool ends = rdpsweep::iequals(action, "endGetAccess");
    if (request.method != "POST" || found == snapshots_.end() || begins == ends)
        return no_snapshot();
    auto& snapshot = found->second;
    const std::string step = begins ? "begin" : "end";
    stats_.request(0, "snapshot " + step);
    if (freezes(snapshot.source, step)) return no_answer();
    HttpResponse response;
    if (begins) {
        response = begin_access(snapshot, request.body, path);
    } else {
        snapshot.access.clear();
        response = accepted(path, json::object());
    }
    return freezes(snapshot.source, step + "+") ? no_answer() : response;
}

HttpResponse ArmSnapshots::give_range(
    const HttpRequest& request, const std::string& blob, const std::string& signature
) {
    stats_.request(0, "snapshot read");
    if (request.header("authorization") != nullptr)
        stats_.violation("a token of ours at a signed address");
    const auto known = blobs_.find(blob);
    const auto found = known == blobs_.end() ? snapshots_.end() : snapshots_.find(known->second);
    if (found == snapshots_.end()) return storage_failure(404, "BlobNotFound");
    const auto& snapshot = found->second;
    const auto access = snapshot.access.find(signature);
    if (access == snapshot.access.end() || now_() >= access->second)
        return storage_failure(403, "AuthenticationFailed");
    if (freezes(snapshot.source, "read")) return no_answer();
    const auto index = resources_.find_disk(snapshot.source).value_or(0);
    if (scene_.disks.empty()) return storage_failure(404, "BlobNotFound");
    const auto& file = scene_.disks[index % scene_.disks.size()];
    std::error_code wrong;
    const auto size = std::filesystem::file_size(file, wrong);
    const auto span = span_of(request);
    if (wrong || !span || span->first > span->last || span->first >= size)
        return storage_failure(416, "InvalidRange");
    const auto last = std::min<std::uint64_t>(span->last, size - 1);
    HttpResponse response;
    response.status = 206;
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("ETag", "\"0x8D000000000000" + std::to_string(index) + "\"");
    response.headers.emplace_back(
        "Content-Range",
        "bytes " + std::to_string(span->first) + "-" + std::to_string(last) + "/" +
            std::to_string(size)
    );
    response.body.resize(last - span->first + 1);
    std::ifstream stream(file, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(span->first));
    stream.read(response.body.data(), static_cast<std::streamsize>(response.body.size()));
    return response;
}

} // namespace simfleet
