// The fleet as its files describe it: targets, credentials by reference, limits.
#pragma once

#include "core/target.hpp"
#include "scanner/credentials/credentials.hpp"
#include "scanner/inventory/draft.hpp"
#include "scanner/inventory/limit.hpp"
#include "scanner/talk/problems.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct Inventory {
    std::vector<Target> targets; // in the order given; ids and names unique
    std::vector<CredentialSpec> credentials;
    std::vector<LimitSpec> limits;
    std::vector<std::string> notes;    // what was left out, for the user to read
    std::optional<std::uint64_t> seed; // by which --pick chose
};

// What one source (a file, stdin, the -t options) says by itself.
struct InventorySource {
    std::vector<Target> targets;
    std::vector<FieldSet> given; // one a target
    TargetDraft defaults;
    bool has_defaults = false;
    std::vector<Target> jump_hosts; // name, address, credential and ssh of each
    std::vector<CredentialSpec> credentials;
    std::vector<LimitSpec> limits;
    std::vector<std::string> notes;
};

// Target::origin of what Azure listed, and of what the command line says.
inline constexpr std::string_view azure_origin = "azure";
inline constexpr std::string_view command_line_origin = "command line";

namespace inventory_limits {
inline constexpr std::size_t file_bytes = 256u << 20;
inline constexpr std::size_t targets = 1'000'000;
} // namespace inventory_limits

// What holds for targets that do not say it themselves, known before a foreign inventory is read:
// what stands there is then no mistake, whatever it is.
struct SaidElsewhere {
    std::vector<std::string> route; // of --transport, or of the defaults of our own inventory
    bool account = false;           // --user, --credential, --kerberos, or of the same defaults
};

// What a reader needs in addition to the text.
struct ReadContext {
    std::string file;   // as the user named it, for positions
    std::string folder; // relative paths in it (password files) start here; empty: as they are
    std::span<const std::string_view> transports; // names a route may hold
    Problems& problems;
    SaidElsewhere said = {};
};

// Returns a path that an inventory names, as it is meant: "~/x" is in the home folder, anything
// else relative starts beside the inventory.
std::string path_beside(std::string_view path, const ReadContext& context);

// Reads one format: adds what it understood to the source and the rest to the problems.
void read_yaml(std::string_view text, const ReadContext& context, InventorySource& source);
void read_csv(std::string_view text, const ReadContext& context, InventorySource& source);

// Reads one target a line: host, host:port, name=address[:port], or a network or range of addresses
// (address_range.hpp); '#' starts a comment.
void read_lines(std::string_view text, const ReadContext& context, InventorySource& source);

// Reads the -t options: the same forms, and @FILE with such lines.
void read_arguments(
    const std::vector<std::string>& targets, const ReadContext& context, InventorySource& source
);

// Reads an Ansible inventory by itself: JSON as ansible-inventory --list prints it, YAML by the
// ending .yaml or .yml, else INI.
void read_ansible(std::string_view text, const ReadContext& context, InventorySource& source);

// Reads an Ansible inventory, a file or a folder, as ansible-inventory lists it; where that is not
// installed or fails, as read_ansible() does, with a note that says so.
void read_ansible_file(
    const std::string& path, const ReadContext& context, InventorySource& source
);

// Reads what nmap -oX and masscan -oX write.
void read_nmap(std::string_view text, const ReadContext& context, InventorySource& source);

// Runs a program with its arguments, blanks between them, and reads what it prints: JSON as
// ansible-inventory --list has it, else lines. Bounded in time and size; no shell.
void read_program(std::string_view command, const ReadContext& context, InventorySource& source);

// Reads what a user may write behind -i: ansible:FILE, nmap:FILE, exec:PROGRAM, or a file by the
// ending of its name: .yaml .yml .json, .csv, .txt .list and pipes, .ini (Ansible), .xml (Nmap);
// "-" is stdin.
void read_source(const std::string& path, const ReadContext& context, InventorySource& source);

// Tells whether what is written behind -i runs a program: one of the user's, or ansible-inventory.
bool is_program(const std::string& written);

// Returns the same, such that it means from every folder what it means in this one
// (scanner/system/whole_path.hpp). The arguments of a program stay as they are.
std::string whole_inventory(const std::string& written, const std::string& folder);

// Returns the port of the first way in, by which targets with one address are told apart.
std::uint16_t first_port(const Target& target) noexcept;

// Gives each target that goes via a jump host the hops to it, in order. Complains about names that
// lead nowhere, circles, more than 8 hops, and hops without an address or a credential.
void resolve_jump_hosts(
    std::vector<Target>& targets, const std::vector<Target>& jump_hosts, Problems& problems
);

// Makes one inventory of several sources. Targets of sources without defaults take those of the
// first source that has some. Reports duplicates with both places and names that lead nowhere.
Inventory merge(std::vector<InventorySource> sources, Problems& problems);

} // namespace rdpsweep
