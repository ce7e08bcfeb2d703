// From Ansible's groups, hosts and variables to targets.
#include "core/text.hpp"
#include "scanner/inventory/ansible_tree.hpp"

#include <algorithm>
#include <set>

namespace rdpsweep {

namespace {

bool is_template(std::string_view text) {
    return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

// Tells whether a connection plugin reaches Windows as we do, also written ansible.builtin.winrm.
bool is_windows_plugin(std::string_view connection) {
    return connection.ends_with("winrm") || connection.ends_with("psrp");
}

bool is_vaulted(std::string_view text) {
    return text.starts_with("$ANSIBLE_VAULT");
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
        for (const auto& [note, count] : notes_) {
            source_.notes.push_back(
                context_.file + ": " + note + " (" + std::to_string(count) +
                (count == 1 ? " host)" : " hosts)")
            );
        }
    }

private:
    void complain(Position at, Mistake mistake) const {
        context_.problems.add(to_text(context_.file, at), std::move(mistake));
    }

    // The variables that hold for a host.
    [[nodiscard]] AnsibleVars
    vars_of(const AnsibleHost& host, const std::vector<std::string>& groups) const {
        AnsibleVars vars;
        const auto add = [&vars](const AnsibleVars& nearer) {
            for (const auto& [name, value] : nearer)
                vars.insert_or_assign(name, value);
        };
        if (const auto all = fleet_.groups().find("all"); all != fleet_.groups().end()) {
            add(all->second.vars);
        }
        for (const auto& group : groups)
            add(fleet_.groups().find(group)->second.vars);
        add(host.vars);
        return vars;
    }

    // The first of names that is given. One that only Ansible can evaluate is a mistake.
    const AnsibleValue*
    find(const AnsibleVars& vars, std::initializer_list<std::string_view> names) {
        for (const auto name : names) {
            const auto at = vars.find(name);
            if (at == vars.end()) continue;
            if (at->second.text.size() > longest_variable) {
                complain(at->second.at, {std::string(name) + " is longer than 4096 bytes", ""});
                return nullptr;
            }
            if (!is_template(at->second.text) && !is_vaulted(at->second.text)) return &at->second;
            const auto* what = is_vaulted(at->second.text) ? " is in the vault" : " is a template";
            complain(
                at->second.at,
                {std::string(name) + what + ", which only Ansible can read",
                 "write the value out, or give it in an inventory of rdpsweep's own"}
            );
        }
        return nullptr;
    }

    void make(const AnsibleHost& host) {
        const auto mistakes = context_.problems.list().size();
        auto groups = tree_.groups_of(host);
        const auto vars = vars_of(host, groups);
        TargetDraft draft;
        draft.target.origin = to_text(context_.file, host.at);
        const auto apply = [&](Position at, Complaint complaint) {
            if (complaint) complain(at, std::move(*complaint));
        };
        apply(host.at, set_field(draft, Field::name, host.name));
        const auto* address =
            find(vars, {"ansible_winrm_host", "ansible_host", "ansible_ssh_host"});
        apply(
            address != nullptr ? address->at : host.at,
            set_field(draft, Field::address, address != nullptr ? address->text : host.name)
        );
        set_connection(vars, draft);
        set_account(vars, draft);
        note_secrets(vars);
        std::erase(groups, "ungrouped");
        draft.target.groups = std::move(groups);
        if (context_.problems.list().size() == mistakes) apply(host.at, finish(draft));
        source_.targets.push_back(std::move(draft.target));
        source_.given.push_back(draft.given);
    }

    void set_connection(const AnsibleVars& vars, TargetDraft& draft) {
        const auto apply = [&](const AnsibleValue* value, Field field) {
            if (value == nullptr) return;
            if (auto complaint = set_field(draft, field, value->text))
                complain(value->at, std::move(*complaint));
        };
        const auto* connection = find(vars, {"ansible_connection"});
        if (connection != nullptr && !is_windows_plugin(connection->text)) {
            // The port belongs to that connection.
            set_connection_as_route(connection->text, draft);
            return;
        }
        const auto* port = find(vars, {"ansible_winrm_port", "ansible_port"});
        const auto* scheme = find(vars, {"ansible_winrm_scheme"});
        apply(port, Field::winrm_port);
        apply(scheme, Field::winrm_scheme);
        // As Ansible's winrm plugin has it.
        if (scheme == nullptr && port != nullptr && port->text == "5985") {
            (void)set_field(draft, Field::winrm_scheme, "http");
        }
        if (const auto* transport = find(vars, {"ansible_winrm_transport"})) {
            set_auth(*transport, draft);
        }
    }

    void set_connection_as_route(const std::string& connection, TargetDraft& draft) {
        if (!set_route(draft, {connection}, context_.transports)) return;
        ++notes_
            ["ansible_connection: " + connection +
             " is no way in of rdpsweep; tried by its usual route"];
    }

    // The first of the transports that rdpsweep has as well.
    void set_auth(const AnsibleValue& value, TargetDraft& draft) {
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
            ["ansible_winrm_transport: " + printable(value.text, 40) +
             " is not known to rdpsweep; negotiate is used"];
    }

    // A user without a password: it is asked for once, unless another inventory or the command
    // line says where it comes from.
    void set_account(const AnsibleVars& vars, TargetDraft& draft) {
        if (const auto* named = find(vars, {"rdpsweep_credential"})) {
            (void)set_field(draft, Field::credential, named->text);
            return;
        }
        const auto* user = find(vars, {"ansible_winrm_user", "ansible_user", "ansible_ssh_user"});
        if (user == nullptr || user->text.empty()) return;
        const bool kerberos = draft.target.winrm.auth == WinRmAuth::kerberos;
        const auto name = user->text + (kerberos ? " (kerberos)" : "");
        (void)set_field(draft, Field::credential, name);
        if (!accounts_.insert(name).second) return;
        CredentialSpec spec;
        spec.name = name;
        spec.username = user->text;
        spec.kerberos = kerberos;
        if (!kerberos) spec.password = FromPrompt{};
        spec.origin = to_text(context_.file, user->at);
        spec.implied = true;
        source_.credentials.push_back(std::move(spec));
    }

    void note_secrets(const AnsibleVars& vars) {
        for (const auto name : {"ansible_password", "ansible_winrm_password", "ansible_ssh_pass"}) {
            if (vars.count(name) > 0) {
                ++notes_["passwords in it are not read; give them with --user, or by reference in "
                         "an inventory of rdpsweep's own"];
                return;
            }
        }
    }

    const AnsibleFleet& fleet_;
    const ReadContext& context_;
    InventorySource& source_;
    GroupTree tree_;
    std::map<std::string, std::size_t> notes_; // and of how many hosts
    std::set<std::string> accounts_;
};

} // namespace

void ansible_targets(
    const AnsibleFleet& fleet, const ReadContext& context, InventorySource& source
) {
    TargetMaker(fleet, context, source).make_all();
}

} // namespace rdpsweep
