// Keeps an order, and a stop, as one word each in a file under the state directory, by the plan's
// id.
#include "scanner/fix/orders.hpp"

#include "core/text.hpp"
#include "scanner/fix/plan_folder.hpp"

namespace rdpsweep {

namespace {

struct PlanPlace {
    const std::string& state_dir;
    const std::string& plan_id;
};

constexpr std::string_view order_file = "order";
constexpr std::string_view stop_file = "stopped";
// What stands for a word that cannot be read: it is not taken for none.
constexpr std::string_view unreadable = "abort";

Status write_word(const PlanPlace& place, std::string_view file, std::string_view word) {
    const auto folder = plan_folder(place.state_dir, place.plan_id, IfMissing::make);
    if (!folder) return folder.error();
    return folder->replace(std::string(file), std::string(word) + "\n");
}

std::string word_in(const PlanPlace& place, std::string_view file) {
    constexpr std::size_t longest = 4096;
    const auto folder = plan_folder(place.state_dir, place.plan_id, IfMissing::fail);
    const auto text = folder ? folder->read(std::string(file), longest) : folder.error();
    if (text) return std::string(trim(text->substr(0, text->find('\n'))));
    return std::string(text.error().code() == Errc::not_found ? "" : unreadable);
}

void remove_word(const PlanPlace& place, std::string_view file) {
    const auto folder = plan_folder(place.state_dir, place.plan_id, IfMissing::fail);
    if (folder) folder->remove(std::string(file));
}

} // namespace

Status give_order(const std::string& state_dir, const std::string& plan_id, FixOrder order) {
    return write_word(
        {state_dir, plan_id}, order_file, order == FixOrder::abort ? "abort" : "pause"
    );
}

FixOrder order_of(const std::string& state_dir, const std::string& plan_id) {
    const auto word = word_in({state_dir, plan_id}, order_file);
    return word == "abort" ? FixOrder::abort : word == "pause" ? FixOrder::pause : FixOrder::none;
}

void take_back_order(const std::string& state_dir, const std::string& plan_id) {
    remove_word({state_dir, plan_id}, order_file);
}

Status
keep_stop(const std::string& state_dir, const std::string& plan_id, std::string_view reason) {
    if (!stop_of(state_dir, plan_id).empty()) return {};
    return write_word({state_dir, plan_id}, stop_file, reason);
}

std::string stop_of(const std::string& state_dir, const std::string& plan_id) {
    return word_in({state_dir, plan_id}, stop_file);
}

void forget_stop(const std::string& state_dir, const std::string& plan_id) {
    remove_word({state_dir, plan_id}, stop_file);
}

} // namespace rdpsweep
