// Small languages of the command line: a maintenance window, sizes of batches, --rerun. What is
// read is written as a person would, and read again.
#include "scanner/fix/batches.hpp"
#include "scanner/fix/window.hpp"
#include "scanner/scope/rerun.hpp"
#include "tests/fuzz/target.hpp"

#include <cstdio>

using namespace rdpsweep;

namespace {

std::string clock(int minutes) {
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d", minutes / 60, minutes % 60);
    return text;
}

void check_window(std::string_view text) {
    const auto window = parse_window(text);
    if (!window) return;
    constexpr const char* names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    std::string days;
    for (std::size_t day = 0; day < 7; ++day) {
        if (!window->days[day]) continue;
        days += (days.empty() ? "" : ",") + std::string(names[day]);
        must(open_for(*window, static_cast<int>(day), window->from).has_value(), "it opens then");
    }
    must(!days.empty(), "a window opens on some day");
    const auto written =
        days + " " + clock(window->from) + "-" + clock(window->to) + " " + window->zone;
    const auto again = parse_window(written);
    must(again.has_value(), "a window that was written can be read");
    must(again->days == window->days && again->zone == window->zone, "the same days and zone");
    must(again->from == window->from && again->to == window->to, "and hours");
}

void check_batches(std::string_view text) {
    const auto sizes = parse_batches(text);
    if (!sizes) return;
    must(!sizes->empty(), "there is a first batch");
    std::string written;
    for (const auto& size : *sizes) {
        must(size.number > 0, "a batch is of somebody");
        written += (written.empty() ? "" : ",") + std::to_string(size.number);
        if (size.percent) written += "%";
    }
    must(parse_batches(written) == sizes, "read, write, read");
    // Whatever the sizes: nobody is left out, and nobody comes twice.
    std::size_t parted = 0;
    for (const auto& batch : part_into_batches(std::vector<BatchHost>(7), *sizes).all)
        parted += batch.size();
    must(parted == 7, "each host is in one batch");
}

void check_rerun(const std::string& text) {
    const auto request = parse_rerun(text);
    if (!request) {
        must(request.error().code() == Errc::unsupported, "a word that is none");
        return;
    }
    must(!request->what.empty(), "something is asked for");
    std::string written = request->run;
    for (const auto& word : request->what)
        written += (written.size() == request->run.size() ? ":" : ",") + word;
    const auto again = parse_rerun(written);
    must(again && again->run == request->run && again->what == request->what, "read, write, read");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_window(text);
    check_batches(text);
    check_rerun(text);
    return 0;
}
