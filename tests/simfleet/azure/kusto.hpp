// As much of the Kusto query language as asks Resource Graph for resources: a table, where with
// =~ and isnotempty, project, order by. Evaluated on the resources themselves, so that a projection
// that names a member wrongly gets nothing, as in Azure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simfleet {

class Kusto {
public:
    // Nothing for what is no such query.
    static std::optional<Kusto> parse(std::string_view text);

    [[nodiscard]] bool accepts(const nlohmann::json& resource) const;

    // The row of a resource; all of it without a project.
    [[nodiscard]] nlohmann::json project(const nlohmann::json& resource) const;

    // Without these two Resource Graph gives one page only, or pages that cannot be relied on.
    [[nodiscard]] bool projects_id() const;

    [[nodiscard]] bool ordered() const noexcept { return ordered_; }

private:
    struct Condition {
        std::string path;
        std::string value;      // compared without regard to letter case
        bool not_empty = false; // isnotempty(path) instead
    };

    bool read_step(std::string_view step);
    bool read_where(std::string_view condition);
    bool read_project(std::string_view list);

    std::vector<Condition> conditions_;
    std::vector<std::pair<std::string, std::string>> columns_; // name, expression
    bool ordered_ = false;
};

} // namespace simfleet
