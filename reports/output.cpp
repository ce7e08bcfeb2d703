// Holds the functions of Output that pass pieces on; the rest is in the header.
#include "reports/output.hpp"

namespace rdpsweep {

namespace {

constexpr std::size_t piece_bytes = 64u << 10;

} // namespace

Output& Output::operator<<(std::string_view bytes) {
    if (failure_) return *this;
    held_.append(bytes);
    if (held_.size() >= piece_bytes) static_cast<void>(flush());
    return *this;
}

Status Output::flush() {
    if (!failure_ && !held_.empty()) {
        if (auto written = sink_(held_); !written) failure_ = std::move(written).error();
        held_.clear();
    }
    if (failure_) return *failure_;
    return {};
}

} // namespace rdpsweep
