// From Ansible's groups, hosts and variables to targets.
#include "core/text.hpp"
#include "scanner/inventory/ansible_account.hpp"
#include "scanner/inventory/ansible_tree.hpp"
#include "scanner/inventory/ansible_vars.hpp"

#include <algorithm>
#include <set>

namespace rdpsweep {

namespace {

// Ansible's shells of Windows, by which a host that it reaches by SSH is known to run it.
bool is_windows_shell(std::string_view shell) noexcept {
    return shell.ends_with("powershell") || shell.ends_with("cmd");
}

// Tells whether the name of a group says what its hosts run: windows, win, win_servers.
bool is_windows_group(std::string_view group) {
    const auto name = ascii_lower(group);
    return name.starts_with("windows") || name == "win" || name.starts_with("win_") ||
           name.starts_with("win-");
}

class TargetMaker {
public:
    TargetMaker(const AnsibleFleet& fleet, const ReadContext& context, InventorySource& source)
        : fleet_(fleet), context_(context), source_(source), tree_(fleet, context) {}

    void make_all() {
        for (const auto& host : fleet_.hosts()) {
            if (context_.problems.full()) return;
            make(host);
        }
        for (const auto& [connection, count] : left_out_)
            source_.notes.push_back(left_out(connection, count));
        for (const auto& [note, count] : notes_) {
            source_.notes.push_back(
                context_.file + ": " + note + " (" + std::to_string(count) +
                (count == 1 ? " host)" : " hosts)")
            );
        }
    }

private:
    // How a host is reached: by which plug-in's variables, and by which route, if that is said.
    struct Way {
        const AnsiblePlugin* plugin;
        std::string route;
    };

    void complain(Position at, Mistake mistake) const {
        context_.problems.add(to_text(context_.file, at), std::move(mistake));
    }

    void apply(Position at, Complaint complaint) const {
        if (complaint) complain(at, std::move(*complaint));
    }

    // Returns what is left out, and how to have it.
    [[nodiscard]] std::string left_out(const std::string& connection, std::size_t count) const {
        const auto hosts = std::to_string(count) + (count == 1 ? " host" : " hosts");
        const auto are = count == 1 ? " is left out: " : " are left out: ";
        if (!connection.empty()) {
            return context_.file + ": " + hosts +
                   " with ansible_connection=" + printable(connection, 60) + are +
                   "that is no way into a Windows VM";
        }
        return context_.file + ": " + hosts + " without ansible_connection" + are +
               "Ansible reaches such hosts by SSH; to include them give ansible_connection=winrm, "
               "psrp or ssh, or --transport NAME";
    }

    // Returns the value of the variable that holds, if it can be read. Complains if it cannot.
    const AnsibleValue* find(const AnsibleVars& vars, const VariableNames& names) const {
        const auto* value = last_given(vars, names);
        if (value == nullptr) return nullptr;
        auto wrong = wrong_value(vars, *value);
        if (!wrong) return value;
        complain(value->at, std::move(*wrong));
        return nullptr;
    }

    // Does the same for what says who logs on: where that is said elsewhere, nothing is wrong.
    const AnsibleValue* find_account(const AnsibleVars& vars, const VariableNames& names) const {
        const auto* value = last_given(vars, names);
        if (value != nullptr && context_.said.account && needs_ansible(*value)) return nullptr;
        return find(vars, names);
    }

    void make(const AnsibleHost& host) {
        const auto mistakes = context_.problems.list().size();
        auto groups = tree_.groups_of(host);
        const auto vars = vars_of(fleet_, host, groups);
        const auto way = way_to(vars, groups);
        if (!way) return;
        TargetDraft draft;
        draft.target.origin = to_text(context_.file, host.at);
        apply(host.at, set_field(draft, Field::name, host.name));
        const auto* address = find(vars, way->plugin->host);
        apply(
            address != nullptr ? address->at : host.at,
            set_field(draft, Field::address, address != nullptr ? address->text : host.name)
        );
        if (!way->route.empty()) (void)set_route(draft, {way->route}, context_.transports);
        set_connection(*way->plugin, vars, draft);
        set_account(*way->plugin, vars, draft);
        note_what_is_left(*way->plugin, vars);
        std::erase(groups, "ungrouped");
        draft.target.groups = std::move(groups);
        if (context_.problems.list().size() == mistakes) apply(host.at, finish(draft));
        source_.targets.push_back(std::move(draft.target));
        source_.given.push_back(draft.given);
    }

    // Returns how a host is reached; nothing for one that is none of ours, which is counted.
    std::optional<Way> way_to(const AnsibleVars& vars, const std::vector<std::string>& groups) {
        constexpr VariableNames names{"ansible_connection"};
        const auto* connection = last_given(vars, names);
        const bool instead =
            connection != nullptr && needs_ansible(*connection) && !context_.said.route.empty();
        if (connection == nullptr || instead) return usual_way(vars, groups);
        const auto mistakes = context_.problems.list().size();
        connection = find(vars, names);
        if (context_.problems.list().size() != mistakes) return {};
        if (is_usual_connection(connection->text)) return usual_way(vars, groups);
        if (const auto* plugin = find_plugin(connection->text)) {
            return Way{plugin, std::string(plugin->route)};
        }
        const auto& known = context_.transports;
        if (std::find(known.begin(), known.end(), connection->text) != known.end()) {
            return Way{&address_only(), connection->text};
        }
        ++left_out_[connection->text];
        return {};
    }

    // Returns the way to a host without a connection of its own. To Ansible that is SSH: to Windows
    // if its shell says so. What the user says about all targets counts, as with ansible -c.
    std::optional<Way> usual_way(const AnsibleVars& vars, const std::vector<std::string>& groups) {
        const auto* shell = last_given(vars, {"ansible_shell_type"});
        if (context_.said.route.empty() && shell != nullptr && is_windows_shell(shell->text)) {
            const auto* const plugin = find_plugin("ssh");
            return Way{plugin, std::string(plugin->route)};
        }
        for (const auto& transport : context_.said.route) {
            if (const auto* plugin = find_plugin(transport)) return Way{plugin, ""};
        }
        if (!context_.said.route.empty()) return Way{&address_only(), ""};
        // The file alone does not tell: the connection may stand in group_vars.
        if (!fleet_.is_whole() && std::any_of(groups.begin(), groups.end(), is_windows_group)) {
            ++notes_["no ansible_connection in the file: taken for Windows by the name of a group"];
            return Way{find_plugin("winrm"), ""};
        }
        ++left_out_[""];
        return {};
    }

    void set_connection(const AnsiblePlugin& plugin, const AnsibleVars& vars, TargetDraft& draft) {
        const auto take = [&](const AnsibleValue* value, Field field) {
            if (value != nullptr) apply(value->at, set_field(draft, field, value->text));
        };
        const auto* port = find(vars, plugin.port);
        take(port, plugin.port_field);
        if (plugin.port_field != Field::winrm_port) return;
        const auto* scheme = find(vars, plugin.scheme);
        take(scheme, Field::winrm_scheme);
        // As both plug-ins have it.
        if (scheme == nullptr && port != nullptr && port->text == "5985") {
            (void)set_field(draft, Field::winrm_scheme, "http");
        }
        take(find(vars, plugin.channel_bindings), Field::winrm_channel_bindings);
        take(find(vars, plugin.spn_service), Field::winrm_spn);
        if (const auto* auth = find(vars, plugin.auth)) set_auth(plugin.auth[0], *auth, draft);
    }

    // Takes the first of the ways to log on that rdpsweep has as well.
    void set_auth(std::string_view variable, const AnsibleValue& value, TargetDraft& draft) {
        for (const auto& part : split(value.text, ',')) {
            auto name = std::string(trim(part));
            std::erase_if(name, [](char c) {
                return c == '[' || c == ']' || c == '\'' || c == '"';
            });
            // Both are Basic, in Ansible over HTTP and HTTPS.
            if (name == "plaintext" || name == "ssl") name = "basic";
            if (!set_field(draft, Field::winrm_auth, trim(name))) return;
        }
        ++notes_
            [std::string(variable) + ": " + printable(value.text, 40) +
             " is not known to rdpsweep; negotiate is used"];
    }

    // A user without a password: it is asked for once, unless another inventory or the command
    // line says where it comes from.
    void set_account(const AnsiblePlugin& plugin, const AnsibleVars& vars, TargetDraft& draft) {
        if (const auto* named = find_account(vars, {"rdpsweep_credential"})) {
            (void)set_field(draft, Field::credential, named->text);
            return;
        }
        const auto* user = find_account(vars, plugin.user);
        if (user == nullptr || user->text.empty()) return;
        const auto* key = find_account(vars, plugin.key_file);
        auto spec = imply_credential(
            {user->text,
             key == nullptr ? "" : key->text,
             draft.target.winrm.auth == WinRmAuth::kerberos,
             to_text(context_.file, user->at)}
        );
        (void)set_field(draft, Field::credential, spec.name);
        if (accounts_.insert(spec.name).second) source_.credentials.push_back(std::move(spec));
    }

    void note_what_is_left(const AnsiblePlugin& plugin, const AnsibleVars& vars) {
        const bool secret = vars.count("ansible_password") > 0 || last_given(vars, plugin.password);
        if (secret && !context_.said.account) {
            ++notes_["passwords in it are not read; give them with --user, or by reference in "
                     "an inventory of rdpsweep's own"];
        }
        for (const auto& other : not_taken_over()) {
            const auto at = vars.find(other.name);
            if (other.plugin != plugin.name || at == vars.end()) continue;
            if (at->second.text.empty() || at->second.text == other.harmless) continue;
            ++notes_[std::string(other.name) + " is not taken over: " + std::string(other.instead)];
        }
    }

    const AnsibleFleet& fleet_;
    const ReadContext& context_;
    InventorySource& source_;
    GroupTree tree_;
    std::map<std::string, std::size_t> notes_;    // and of how many hosts
    std::map<std::string, std::size_t> left_out_; // by the connection; "": without one
    std::set<std::string> accounts_;
};

} // namespace

void ansible_targets(
    const AnsibleFleet& fleet, const ReadContext& context, InventorySource& source
) {
    TargetMaker(fleet, context, source).make_all();
}

} // namespace rdpsweep
