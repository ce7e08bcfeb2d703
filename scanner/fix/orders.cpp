// Keeps the order as one word in a file under the state directory, by the plan's id.
#include "scanner/fix/orders.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace rdpsweep {

namespace {

std::string file_of(const std::string& state_dir, const std::string& plan_id) {
    return state_dir + "/plans/" + plan_id + "/order";
}

} // namespace

Status give_order(const std::string& state_dir, const std::string& plan_id, FixOrder order) {
    const auto path = file_of(state_dir, plan_id);
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    std::ofstream file(path, std::ios::trunc);
    file << (order == FixOrder::abort ? "abort" : "pause") << '\n' << std::flush;
    if (file) return {};
    return Error(
        Phase::config, Errc::local_limit, "cannot write " + path + ": " + std::strerror(errno)
    );
}

FixOrder order_of(const std::string& state_dir, const std::string& plan_id) {
    std::string word;
    std::ifstream(file_of(state_dir, plan_id)) >> word;
    return word == "abort" ? FixOrder::abort : word == "pause" ? FixOrder::pause : FixOrder::none;
}

void take_back_order(const std::string& state_dir, const std::string& plan_id) {
    std::remove(file_of(state_dir, plan_id).c_str());
}

} // namespace rdpsweep
