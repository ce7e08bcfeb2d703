// Reads an Ansible inventory with the help of Ansible itself: ansible-inventory knows group_vars,
// host_vars, plug-ins and the vault. Without it, a reader of our own has to do.
#include "core/text.hpp"
#include "scanner/inventory/ansible_model.hpp"
#include "scanner/inventory/text_encoding.hpp"
#include "scanner/system/child_process.hpp"
#include "scanner/system/read_file.hpp"

#include <sys/stat.h>

namespace rdpsweep {

namespace {

constexpr ProgramLimits inventory_limits_of_ansible{std::chrono::minutes(2), 64u << 20};
constexpr auto ansible_inventory = "ansible-inventory";

// An empty list of hosts must not look like success, and nobody is at a terminal to be asked.
const std::vector<std::string>& variables_for_ansible() {
    static const std::vector<std::string> all{
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true", "ANSIBLE_ASK_VAULT_PASS=false"};
    return all;
}

// What ansible-inventory printed, or why it is of no use.
struct Asked {
    std::string listing;
    std::string why_not;
};

Asked ask_ansible(const std::string& path) {
    // A comma makes a list of hosts of it.
    if (path.find(',') != std::string::npos) return {{}, "it takes no path with a comma"};
    auto printed = run_program(
        {ansible_inventory, "--inventory=" + path, "--list"},
        inventory_limits_of_ansible,
        ansible_inventory,
        variables_for_ansible()
    );
    if (printed) return {*std::move(printed), {}};
    const auto& error = printed.error();
    if (error.code() == Errc::name_not_found) return {{}, "it is not installed"};
    auto why = std::string(error.detail());
    if (error.code() == Errc::nonzero_exit) {
        why = "it failed (" + std::string(error.native()) +
              "; run it by hand: " + variables_for_ansible().front() + " " + ansible_inventory +
              " -i " + printable(path) + " --list)";
    }
    return {{}, std::move(why)};
}

bool is_of_type(const std::string& path, mode_t type) {
    struct stat about {};

    return stat(path.c_str(), &about) == 0 && (about.st_mode & S_IFMT) == type;
}

// Returns the fleet that Ansible lists; nothing, and why, when that cannot be had.
std::optional<AnsibleFleet>
listed_fleet(const std::string& path, const ReadContext& context, std::string& why_not) {
    auto asked = ask_ansible(path);
    why_not = std::move(asked.why_not);
    if (!why_not.empty()) return {};
    Problems problems;
    const ReadContext apart{context.file, {}, context.transports, problems};
    std::optional<AnsibleFleet> fleet(std::in_place);
    read_ansible_list(asked.listing, apart, *fleet);
    if (problems.empty() && !fleet->hosts().empty()) return fleet;
    why_not = problems.empty() ? "it lists no host" : problems.list().front().what;
    return {};
}

// Reads a folder, which only Ansible can.
void read_folder(const std::string& path, const ReadContext& context, InventorySource& source) {
    std::string why_not;
    if (const auto fleet = listed_fleet(path, context, why_not)) {
        ansible_targets(*fleet, context, source);
        return;
    }
    context.problems.add(
        context.file, "a folder can be read by ansible-inventory only: " + why_not, "name its file"
    );
}

} // namespace

void read_ansible_file(
    const std::string& path, const ReadContext& context, InventorySource& source
) {
    if (is_of_type(path, S_IFDIR)) return read_folder(path, context, source);
    auto text = read_file(path, inventory_limits::file_bytes);
    if (!text) {
        context.problems.add(context.file, std::string(text.error().detail()));
        return;
    }
    const auto size = text->size();
    if (auto wrong = decode_text(*text)) {
        context.problems.add(context.file, std::move(*wrong));
        return;
    }
    // What Ansible printed is asked of nobody again, and a pipe can be read only once.
    if (trim(*text).starts_with('{') || !is_of_type(path, S_IFREG)) {
        read_ansible(*text, context, source);
        return;
    }
    std::string why_not = "it reads nothing but UTF-8 without a byte order mark";
    std::optional<AnsibleFleet> listed;
    if (text->size() == size) listed = listed_fleet(path, context, why_not);
    if (listed) {
        Problems unheard; // Ansible has read it: the places of what it read are all that is wanted
        const ReadContext apart{context.file, {}, context.transports, unheard};
        AnsibleFleet written;
        read_ansible_text(*text, apart, written);
        listed->take_places(written);
        ansible_targets(*listed, context, source);
        return;
    }
    source.notes.push_back(
        context.file +
        ": read without ansible-inventory, and so without group_vars, host_vars and "
        "the vault: " +
        why_not
    );
    read_ansible(*text, context, source);
}

} // namespace rdpsweep
