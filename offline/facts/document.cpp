// Keeps the list of what could not be read as short as a reader takes it.
#include "offline/facts/document.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_unread = 4096; // a reader takes twice as many

std::string_view why_of(Errc code) noexcept {
    switch (code) {
    case Errc::not_found:
        return "absent";
    case Errc::unsupported:
        return "unsupported";
    case Errc::output_limit:
        return "skipped";
    default:
        return "error";
    }
}

} // namespace

Document::Document() : facts_(std::make_unique<nlohmann::json>(nlohmann::json::object())) {
    *facts_ = {{"schema", "facts/1"}, {"unread", nlohmann::json::array()}};
}

Document::~Document() = default;

nlohmann::json& Document::group(std::string_view name) {
    return (*facts_)[std::string(name)];
}

void Document::unread(std::string pointer, std::string_view why, std::string_view code) {
    if (pointer.size() > longest_fact || unread_ >= most_unread) return;
    ++unread_;
    nlohmann::json entry{{"ptr", std::move(pointer)}, {"why", why}};
    if (!code.empty()) entry["code"] = code;
    (*facts_)["unread"].push_back(std::move(entry));
}

void Document::failed(std::string pointer, const Error& error) {
    const bool absent = error.code() == Errc::not_found;
    unread(std::move(pointer), why_of(error.code()), absent ? "" : to_string(error.code()));
}

std::string Document::text() const {
    return facts_->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

} // namespace rdpsweep::offline
