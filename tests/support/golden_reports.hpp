// The reports whose bytes are kept in tests/golden/reports.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace rdpsweep::test {

struct GoldenReport {
    std::string file; // below tests/golden/reports
    std::function<std::string()> text;
};

std::vector<GoldenReport> golden_reports();

} // namespace rdpsweep::test
