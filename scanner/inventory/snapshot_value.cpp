// The one value of a target that names a snapshot in Azure.
#include "core/text.hpp"
#include "scanner/inventory/field_values.hpp"
#include "transports/azure/snapshot.hpp"

namespace rdpsweep::field_values {

namespace {

constexpr std::size_t longest_id = 2048; // Azure's own are below 500

} // namespace

Complaint disk_snapshot(std::string_view, std::string_view text, std::string& value) {
    if (!azure::is_snapshot_id(text) || text.size() > longest_id || printable(text) != text) {
        return Mistake{
            in_quotes(text) + " is not the ARM id of a snapshot",
            "az snapshot show -g GROUP -n NAME --query id -o tsv"};
    }
    value = text;
    return {};
}

} // namespace rdpsweep::field_values
