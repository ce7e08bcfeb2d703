// Names each disk by its file.
#include "scanner/inventory/disk_targets.hpp"

#include "core/text.hpp"
#include "scanner/system/whole_path.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <map>

namespace rdpsweep {

namespace {

std::string folded_name(const std::string& file) {
    return ascii_lower(file_name(file));
}

} // namespace

namespace {

// Makes a target of each text, which is a disk's place.
void read_places(
    const std::vector<std::string>& places,
    Field field,
    const ReadContext& context,
    InventorySource& source
) {
    std::map<std::string, std::size_t> uses;
    for (const auto& place : places)
        ++uses[folded_name(place)];
    for (const auto& place : places) {
        if (is_url(place)) {
            context.problems.add(context.file, literal_sas());
            continue;
        }
        TargetDraft draft;
        draft.target.origin = context.file;
        auto complaint = set_field(draft, field, place);
        if (!complaint && uses[folded_name(place)] > 1) draft.target.name = place;
        if (!complaint) complaint = finish(draft);
        if (complaint) {
            context.problems.add(context.file, std::move(*complaint));
            continue;
        }
        draft.target.named_by_disk = true;
        source.targets.push_back(std::move(draft.target));
        source.given.push_back(draft.given);
    }
}

} // namespace

void read_disks(
    const std::vector<std::string>& files, const ReadContext& context, InventorySource& source
) {
    // Whole: a run that goes on elsewhere has to know its hosts again.
    std::vector<std::string> paths;
    for (const auto& file : files)
        paths.push_back(is_url(file) ? file : whole_path(file, current_folder()));
    read_places(paths, Field::disk_file, context, source);
}

void read_snapshots(
    const std::vector<std::string>& ids, const ReadContext& context, InventorySource& source
) {
    read_places(ids, Field::disk_snapshot, context, source);
}

bool has_only_disk(const Target& target) noexcept {
    return target.disk->given() && target.address.empty() && target.vm.empty();
}

std::string_view disk_transport() noexcept {
    const auto kinds = all_transports();
    const auto found = std::find_if(kinds.begin(), kinds.end(), [](const TransportKind& kind) {
        return kind.traits.by_disk;
    });
    return found == kinds.end() ? std::string_view() : found->name;
}

} // namespace rdpsweep
