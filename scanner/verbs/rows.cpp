// Writes one list in two ways.
#include "scanner/verbs/rows.hpp"

#include "core/json.hpp"
#include "core/terminal_text.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

std::string cell(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    return value.is_null() ? "" : dump_json(value);
}

TerminalText as_table(const Rows& rows) {
    return table(rows.rows.size() + 1, [&rows](std::size_t at) {
        if (at == 0) return rows.columns;
        std::vector<std::string> cells;
        for (const auto& value : rows.rows[at - 1])
            cells.push_back(cell(value));
        return cells;
    });
}

std::string as_json(const Rows& rows) {
    auto list = nlohmann::json::array();
    for (const auto& row : rows.rows) {
        auto& object = list.emplace_back(nlohmann::json::object());
        for (std::size_t at = 0; at < rows.columns.size(); ++at)
            object[rows.columns[at]] = row.at(at);
    }
    const nlohmann::json document{{"schema", rows.schema}, {"rows", std::move(list)}};
    auto text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    escape_for_display(text);
    return text + '\n';
}

} // namespace

int show_rows(const Rows& rows, bool json) {
    const auto text = json ? printable_lines(as_json(rows)) : as_table(rows);
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
