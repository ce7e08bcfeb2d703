// Keeps an order, and a stop, as one word each in a file under the state directory, by the plan's
// id.
#include "scanner/fix/orders.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace rdpsweep {

namespace {

std::string file_of(const std::string& state_dir, const std::string& plan_id, const char* name) {
    return state_dir + "/plans/" + plan_id + "/" + name;
}

std::string order_file(const std::string& state_dir, const std::string& plan_id) {
    return file_of(state_dir, plan_id, "order");
}

std::string stop_file(const std::string& state_dir, const std::string& plan_id) {
    return file_of(state_dir, plan_id, "stopped");
}

Status write_word(const std::string& path, std::string_view word) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    std::ofstream file(path, std::ios::trunc);
    file << word << '\n' << std::flush;
    if (file) return {};
    return Error(
        Phase::config, Errc::local_limit, "cannot write " + path + ": " + std::strerror(errno)
    );
}

std::string word_in(const std::string& path) {
    std::string word;
    std::ifstream(path) >> word;
    return word;
}

} // namespace

Status give_order(const std::string& state_dir, const std::string& plan_id, FixOrder order) {
    return write_word(order_file(state_dir, plan_id), order == FixOrder::abort ? "abort" : "pause");
}

FixOrder order_of(const std::string& state_dir, const std::string& plan_id) {
    const auto word = word_in(order_file(state_dir, plan_id));
    return word == "abort" ? FixOrder::abort : word == "pause" ? FixOrder::pause : FixOrder::none;
}

void take_back_order(const std::string& state_dir, const std::string& plan_id) {
    std::remove(order_file(state_dir, plan_id).c_str());
}

Status
keep_stop(const std::string& state_dir, const std::string& plan_id, std::string_view reason) {
    if (!stop_of(state_dir, plan_id).empty()) return {};
    return write_word(stop_file(state_dir, plan_id), reason);
}

std::string stop_of(const std::string& state_dir, const std::string& plan_id) {
    return word_in(stop_file(state_dir, plan_id));
}

void forget_stop(const std::string& state_dir, const std::string& plan_id) {
    std::remove(stop_file(state_dir, plan_id).c_str());
}

} // namespace rdpsweep
