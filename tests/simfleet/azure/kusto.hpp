// As much of the Kusto query language as people ask Resource Graph for resources with: a table,
// where, project, extend, order by, take, top, count, summarize, distinct. Evaluated on the
// resources themselves, so that a projection that names a member wrongly gets nothing, as in Azure.
#pragma once

#include "tests/simfleet/azure/kusto_expression.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simfleet {

class Kusto {
public:
    using Rows = std::vector<nlohmann::json>;
    using Source = std::function<void(const std::function<void(nlohmann::json)>& row)>;

    // Nothing for what is no such query.
    static std::optional<Kusto> parse(std::string_view text);

    // "resources", in small letters; the same where the query names none.
    [[nodiscard]] const std::string& table() const noexcept { return table_; }

    // Returns what the query makes of the rows of its table.
    [[nodiscard]] Rows run(const Source& source) const;

    // The names of the columns, in order; none where each row has its own.
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }

    // Without an id Resource Graph gives one page only, and with a limit there is no other.
    [[nodiscard]] bool has_pages() const;

    // Without an order the pages cannot be relied on.
    [[nodiscard]] bool ordered() const noexcept { return ordered_; }

private:
    // One of the three: what a row has to be, what becomes of a row, what becomes of all of them.
    struct Step {
        KustoExpression where{};
        std::function<nlohmann::json(const nlohmann::json& row)> row{};
        std::function<void(Rows& rows)> table{};
    };

    using Place = std::vector<Step>::const_iterator;

    // Takes a row through steps that look at one alone; false where it is left out.
    static bool pass(Place step, Place end, nlohmann::json& row);

    bool read_step(std::string_view step);
    bool read_where(std::string_view condition);
    bool read_project(std::string_view list, bool all);
    bool read_order(std::string_view keys);
    bool read_take(std::string_view number);
    bool read_top(std::string_view text);
    bool read_distinct(std::string_view list);
    bool read_summarize(std::string_view text);
    void count_by(std::string name, std::vector<std::pair<std::string, KustoExpression>> keys);

    std::string table_ = "resources";
    std::vector<Step> steps_;
    std::vector<std::string> columns_;
    bool ordered_ = false;
    bool limited_ = false;
};

} // namespace simfleet
