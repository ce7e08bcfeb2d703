// Reads an inventory in CSV: a header row with name, address, ..., tag:* and one target a row.
#include "core/text.hpp"
#include "scanner/inventory/csv_rows.hpp"
#include "scanner/inventory/inventory.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

using Set = Complaint (*)(TargetDraft&, std::string_view);

struct Column {
    std::string_view name;
    Set set;
};

// The route needs the known transports and is handled by itself.
constexpr std::array<Column, 20> columns{{
    {"name", set_name},
    {"address", set_address},
    {"vm", set_vm},
    {"credential", set_credential},
    {"port", set_winrm_port},
    {"scheme", set_winrm_scheme},
    {"http_port", set_winrm_http_port},
    {"http_fallback", set_winrm_http_fallback},
    {"auth", set_winrm_auth},
    {"pin", set_winrm_pin},
    {"legacy_tls", set_winrm_legacy},
    {"spn_service", set_winrm_spn},
    {"ssh_port", set_ssh_port},
    {"ssh_user", set_ssh_user},
    {"ssh_pin", set_ssh_pin},
    {"ssh_via", set_ssh_via},
    {"rdp_port", set_rdp_port},
    {"rdp_outside", set_rdp_outside},
    {"rdp_thumbprint", set_rdp_thumbprint},
    {"deadline", set_deadline},
}};

constexpr std::string_view tag_prefix = "tag:";

// One column of the file at hand: a setter, the route, or a tag.
struct Use {
    enum class Kind : std::uint8_t { set, route, tag } kind = Kind::set;
    Set set = nullptr;
    std::string tag;
};

class CsvReader {
public:
    CsvReader(const ReadContext& context, InventorySource& source)
        : context_(context), source_(source) {}

    void read(std::string_view text) {
        CsvRows rows(text);
        std::vector<CsvField> row;
        if (rows.next(row) && !read_header(row)) return;
        while (!context_.problems.full() && !uses_.empty() && rows.next(row))
            read_row(row);
        if (rows.mistake()) complain(rows.mistake()->first, rows.mistake()->second);
        if (!rows.mistake() && uses_.empty()) {
            complain({}, {"the file has no header row", "start with: name,address"});
        }
    }

private:
    void complain(Position at, Mistake mistake) const {
        context_.problems.add(to_text(context_.file, at), std::move(mistake));
    }

    bool read_header(const std::vector<CsvField>& row) {
        bool good = true;
        std::vector<std::string> seen;
        for (const auto& field : row) {
            const auto name = ascii_lower(trim(field.text));
            if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
                complain(field.at, {"the column " + in_quotes(name) + " is there twice", ""});
                good = false;
            }
            seen.push_back(name);
            good = read_column(field, name) && good;
        }
        return good;
    }

    bool read_column(const CsvField& field, const std::string& name) {
        if (name.starts_with(tag_prefix) && name.size() > tag_prefix.size()) {
            // A tag's name keeps its case.
            const auto tag = trim(field.text).substr(tag_prefix.size());
            uses_.push_back({Use::Kind::tag, nullptr, std::string(tag)});
            return true;
        }
        if (name == "route") {
            uses_.push_back({Use::Kind::route, nullptr, {}});
            return true;
        }
        std::vector<std::string_view> known{"route", "tag:NAME"};
        for (const auto& column : columns) {
            known.push_back(column.name);
            if (column.name != name) continue;
            uses_.push_back({Use::Kind::set, column.set, {}});
            return true;
        }
        complain(
            field.at, {"unknown column " + in_quotes(name), suggest(name, known, "known columns")}
        );
        return false;
    }

    void read_row(const std::vector<CsvField>& row) {
        if (row.size() != uses_.size()) {
            complain(
                row.front().at,
                {"this row has " + std::to_string(row.size()) + " fields, the header " +
                     std::to_string(uses_.size()),
                 "quote fields that hold a comma"}
            );
            return;
        }
        if (source_.targets.size() >= inventory_limits::targets) {
            complain(row.front().at, {"more than 1,000,000 targets", "split the inventory"});
            return;
        }
        TargetDraft draft;
        draft.target.origin = to_text(context_.file, row.front().at);
        bool good = true;
        for (std::size_t i = 0; i < row.size(); ++i) {
            // An empty field says nothing, so that defaults hold.
            const auto text = trim(row[i].text);
            if (text.empty()) continue;
            if (auto complaint = set_field(uses_[i], draft, text)) {
                complain(row[i].at, std::move(*complaint));
                good = false;
            }
        }
        if (good) {
            if (auto complaint = finish(draft)) complain(row.front().at, std::move(*complaint));
        }
        source_.targets.push_back(std::move(draft.target));
        source_.given.push_back(draft.given);
    }

    Complaint set_field(const Use& use, TargetDraft& draft, std::string_view text) const {
        if (use.kind == Use::Kind::set) return use.set(draft, text);
        if (use.kind == Use::Kind::tag) return set_tag(draft, use.tag, text);
        std::vector<std::string> route;
        while (!text.empty()) {
            const auto end = std::min(text.find_first_of(" ;|,"), text.size());
            if (end > 0) route.emplace_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return set_route(draft, route, context_.transports);
    }

    const ReadContext& context_;
    InventorySource& source_;
    std::vector<Use> uses_;
};

} // namespace

void read_csv(std::string_view text, const ReadContext& context, InventorySource& source) {
    CsvReader(context, source).read(text);
}

} // namespace rdpsweep
