// Reads an inventory in CSV: a header row with name, address, ..., tag:* and one target a row.
#include "core/text.hpp"
#include "scanner/inventory/csv_rows.hpp"
#include "scanner/inventory/fields.hpp"
#include "scanner/inventory/inventory.hpp"

#include <algorithm>
#include <optional>

namespace rdpsweep {

namespace {

constexpr std::string_view tag_prefix = "tag:";

// One column of the file at hand: a field (the route among them), or a tag.
struct Use {
    std::optional<Field> field;
    std::string tag;
};

bool is_column(std::string_view name) {
    const auto& rows = all_fields();
    return name == "route" || name.starts_with(tag_prefix) ||
           std::any_of(rows.begin(), rows.end(), [name](const FieldRow& row) {
               return !row.column.empty() && row.column == name;
           });
}

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

    // Tells a file whose fields are apart by something else: Excel writes a semicolon in many
    // countries.
    bool complain_of_separator(const std::vector<CsvField>& row) const {
        if (row.size() != 1) return false;
        const auto& [text, at] = row.front();
        for (const auto& [sign, called] : {std::pair(';', "semicolons"), std::pair('\t', "tabs")}) {
            const auto first = ascii_lower(trim(text.substr(0, text.find(sign))));
            if (text.find(sign) == std::string::npos || !is_column(first)) continue;
            complain(
                at,
                {std::string("the fields are apart by ") + called + ", not by commas",
                 "in Excel save as \"CSV UTF-8 (comma delimited)\" with a comma as list separator; "
                 "or in PowerShell: Export-Csv -Delimiter ',' -NoTypeInformation"}
            );
            return true;
        }
        return false;
    }

    bool read_header(const std::vector<CsvField>& row) {
        if (complain_of_separator(row)) return false;
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
            uses_.push_back({{}, std::string(tag)});
            return true;
        }
        if (name == "route") {
            uses_.push_back({Field::route, {}});
            return true;
        }
        std::vector<std::string_view> known{"route", "tag:NAME"};
        for (const auto& row : all_fields()) {
            if (row.column.empty()) continue;
            known.push_back(row.column);
            if (row.column != name) continue;
            uses_.push_back({row.field, {}});
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
            if (auto complaint = set_value(uses_[i], draft, text)) {
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

    Complaint set_value(const Use& use, TargetDraft& draft, std::string_view text) const {
        if (!use.field) return set_tag(draft, use.tag, text);
        // The route needs the known transports.
        if (*use.field != Field::route) return set_field(draft, *use.field, text);
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
