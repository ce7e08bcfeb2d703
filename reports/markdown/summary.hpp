// The summary's sections, in their order: what was looked at before what was found.
#pragma once

#include "core/outcome.hpp"
#include "reports/changes/difference.hpp"
#include "reports/digest.hpp"
#include "reports/markdown/markup.hpp"
#include "reports/messages/catalogue.hpp"

#include <map>
#include <string>
#include <vector>

namespace rdpsweep::markdown {

// Everything it describes must outlive it.
class Summary {
public:
    // difference: since another run; null: none is known.
    Summary(
        const Catalogue& messages,
        const FleetReport& report,
        const Digest& digest,
        const Difference* difference
    );

    // Writes the whole document, at most markdown_bytes; its last line says so where it was cut.
    std::string write() &&;

private:
    // Pieces that the sections share; all of them give Markdown.
    std::string say(const char* key, std::map<std::string, std::string> arguments = {}) const;
    void heading(const char* key);
    void table(const std::vector<const char*>& keys);
    std::string names(const Tally& tally) const;
    std::string verdict(Verdict verdict) const;
    std::string obstacle_cell(const Obstacle& obstacle, const Obstructed& obstructed) const;

    void write_head();
    void write_changes();
    void write_totals();
    void write_warnings();
    void write_groups(const std::vector<const Group*>& groups);
    void write_causes();
    void write_days();
    void write_not_judged();
    void write_not_assessed();

    const Catalogue& messages_;
    const FleetReport& report_;
    const Digest& digest_;
    const Difference* difference_;
    std::string last_line_; // for a summary that was cut
    Document document_;
};

} // namespace rdpsweep::markdown
