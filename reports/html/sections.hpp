// The sections of the page that list hosts.
#pragma once

#include "reports/digest.hpp"
#include "reports/html/markup.hpp"
#include "reports/html/rendered.hpp"

namespace rdpsweep::html {

struct Page {
    const FleetReport& report;
    const Digest& digest;
    Rendered& rendered; // each piece is taken out as it is written
    const Words& words;
    HtmlOutput& out;
};

void write_warnings(const Page& page);
void write_causes(const Page& page);
void write_at_risk(const Page& page);
void write_not_judged(const Page& page);

// Writes the hosts whose group the report does not list. There should be none; none is hidden.
void write_ungrouped(const Page& page);

void write_not_assessed(const Page& page);
void write_healthy(const Page& page);

} // namespace rdpsweep::html
