// exec:PROGRAM: an inventory that a program prints.
#include "core/text.hpp"
#include "scanner/inventory/ansible_model.hpp"
#include "scanner/inventory/text_encoding.hpp"
#include "scanner/system/child_process.hpp"

namespace rdpsweep {

namespace {

constexpr ProgramLimits program_limits{std::chrono::minutes(2), 64u << 20};

} // namespace

void read_program(std::string_view command, const ReadContext& context, InventorySource& source) {
    std::vector<std::string> argv;
    for (auto& word : split(command, ' ')) {
        if (!word.empty()) argv.push_back(std::move(word));
    }
    if (argv.empty()) {
        context.problems.add(context.file, "exec: names no program", "exec:PROGRAM [ARGUMENT]");
        return;
    }
    // What Ansible passes to its dynamic inventories.
    if (argv.size() == 1) argv.emplace_back("--list");
    auto text =
        run_program(argv, program_limits, "the inventory program " + printable(argv.front()));
    if (!text) {
        const auto& error = text.error();
        auto what = std::string(error.detail());
        if (!error.native().empty()) what += " (" + std::string(error.native()) + ")";
        context.problems.add(context.file, std::move(what), std::string(error.hint()));
        return;
    }
    if (auto wrong = decode_text(*text)) {
        context.problems.add(context.file, std::move(*wrong));
        return;
    }
    if (!trim(*text).starts_with('{')) {
        read_lines(*text, context, source);
        return;
    }
    AnsibleFleet fleet;
    read_ansible_list(*text, context, fleet);
    ansible_targets(fleet, context, source);
}

} // namespace rdpsweep
