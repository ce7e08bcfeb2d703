// Reads an inventory in YAML, version 1 of its format.
#include "core/text.hpp"
#include "scanner/inventory/inventory.hpp"
#include "scanner/inventory/yaml_credential.hpp"
#include "scanner/inventory/yaml_target.hpp"

#include <algorithm>
#include <unordered_map>

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 7> top_keys{
    "version", "credentials", "defaults", "targets", "groups", "limits", "jump_hosts"};

// Groups are applied last: they may name targets that the file lists after them.
struct Group {
    std::string name;
    std::vector<std::pair<std::string, Position>> members;
    std::vector<std::pair<std::string, std::string>> tags;
};

class YamlReader {
public:
    YamlReader(const ReadContext& context, InventorySource& source)
        : context_(context), source_(source), place_{context.file, context.problems} {}

    void read(std::string_view text) {
        lines_ = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
        YamlReceiver receiver;
        receiver.streamed_key = "targets";
        receiver.entry = [this](YamlEntry entry) { read_entry(entry); };
        receiver.item = [this](YamlNode node) { read_item(node); };
        receiver.stop = [this] { return context_.problems.full(); };
        if (auto fault = read_yaml_pieces(text, receiver)) {
            place_.complain(fault->at, std::move(fault->mistake));
            return;
        }
        if (!has_version_ && !context_.problems.full()) {
            place_.complain({}, {"the inventory does not say its version", "add: version: 1"});
        }
        apply_groups();
    }

private:
    void read_entry(const YamlEntry& entry) {
        if (entry.key == "version") {
            read_version(entry.value);
        } else if (entry.key == "credentials") {
            read_credentials(entry.value);
        } else if (entry.key == "defaults") {
            source_.defaults = read_yaml_defaults(entry.value, context_);
            source_.has_defaults = true;
        } else if (entry.key == "targets") {
            (void)is_list(entry.value, "targets");
        } else if (entry.key == "groups") {
            if (!is_list(entry.value, "groups")) return;
            for (const auto& item : entry.value.items)
                read_group(item);
        } else if (entry.key == "jump_hosts") {
            if (!is_list(entry.value, "jump_hosts")) return;
            for (const auto& item : entry.value.items)
                source_.jump_hosts.push_back(read_yaml_jump_host(item, context_).target);
        } else if (entry.key == "limits") {
            if (!is_list(entry.value, "limits")) return;
            for (const auto& item : entry.value.items)
                read_limit(item);
        } else {
            const std::vector<std::string_view> known(top_keys.begin(), top_keys.end());
            place_.complain(
                entry.key_at,
                {"unknown key " + in_quotes(entry.key) + " in the inventory",
                 suggest(entry.key, known, "known keys")}
            );
        }
    }

    // A key without a value is an empty list.
    bool is_list(const YamlNode& node, std::string_view what) const {
        if (node.kind == YamlNode::Kind::sequence || node.kind == YamlNode::Kind::null) return true;
        place_.complain(
            node.at,
            {std::string(what) + " must be a list, not " + std::string(to_text(node.kind)),
             std::string(what) + ": [ {...}, {...} ]"}
        );
        return false;
    }

    void read_version(const YamlNode& node) {
        has_version_ = true;
        if (node.kind == YamlNode::Kind::scalar && node.text == "1") return;
        place_.complain(node.at, {"this rdpsweep reads version 1 of the inventory", "version: 1"});
    }

    void read_credentials(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::map) {
            place_.complain(
                node.at,
                {"credentials must be a map of names, not " + std::string(to_text(node.kind)),
                 "credentials: { fleet: { username: U, password: { env: VARIABLE } } }"}
            );
            return;
        }
        for (const auto& entry : node.entries) {
            source_.credentials.push_back(read_yaml_credential(entry, context_));
        }
    }

    void read_item(const YamlNode& node) {
        if (source_.targets.size() >= inventory_limits::targets) {
            place_.complain(node.at, {"more than 1,000,000 targets", "split the inventory"});
            return;
        }
        auto draft = read_yaml_target(node, context_);
        make_room(node.at.line);
        source_.targets.push_back(std::move(draft.target));
        source_.given.push_back(draft.given);
    }

    // Makes room for as many targets as the lines left will have, if they are like those so far: a
    // list that doubles again and again is in memory one and a half times.
    void make_room(std::uint32_t line) {
        auto& targets = source_.targets;
        constexpr std::size_t telling = 1000; // enough to tell from
        if (targets.size() < telling || targets.size() < targets.capacity()) return;
        const auto in_all = targets.size() * lines_ / std::max<std::size_t>(line, 1);
        targets.reserve(std::min(in_all + in_all / 32 + telling, inventory_limits::targets));
    }

    void read_group(const YamlNode& node) {
        const YamlFields fields(node, "a group", {"name", "targets", "tags"}, place_);
        if (node.kind != YamlNode::Kind::map) return;
        Group group;
        if (const auto name = fields.text("name")) {
            group.name = *name;
        } else {
            place_.complain(node.at, {"a group has no name", "add name:"});
        }
        if (const auto* members = fields.find("targets"); members != nullptr) {
            if (fields.texts("targets")) {
                for (const auto& item : members->items) {
                    group.members.emplace_back(item.text, item.at);
                }
                if (members->kind == YamlNode::Kind::scalar) {
                    group.members.emplace_back(members->text, members->at);
                }
            }
        }
        TargetDraft tagged;
        read_yaml_tags(fields, tagged, place_);
        group.tags.assign(tagged.target.tags.begin(), tagged.target.tags.end());
        groups_.push_back(std::move(group));
    }

    void read_limit(const YamlNode& node) {
        const YamlFields fields(
            node, "a limit", {"scope", "max_in_flight", "max_auth_failures"}, place_
        );
        if (node.kind != YamlNode::Kind::map) return;
        LimitSpec limit;
        limit.max_in_flight = fields.number("max_in_flight", 1, 100'000);
        limit.max_auth_failures = fields.number("max_auth_failures", 1, 100'000);
        if (const auto* failures = fields.find("max_auth_failures");
            failures != nullptr && fields.text("scope") != "credential") {
            place_.complain(
                failures->at,
                {"max_auth_failures belongs to the scope credential", "scope: credential"}
            );
        }
        if (!fields.find("scope")) {
            place_.complain(node.at, {"a limit has no scope", "add scope: subnet"});
        }
        fields.apply("scope", [&limit](std::string_view text) { return set_range(limit, text); });
        if (!fields.find("max_in_flight") && !fields.find("max_auth_failures")) {
            place_.complain(node.at, {"this limit limits nothing", "add max_in_flight: 64"});
        }
        source_.limits.push_back(limit);
    }

    static Complaint set_range(LimitSpec& limit, std::string_view text) {
        static constexpr std::array ranges{
            LimitRange::all,
            LimitRange::subnet,
            LimitRange::subscription,
            LimitRange::credential,
            LimitRange::transport};
        std::vector<std::string_view> known;
        for (const auto range : ranges) {
            known.push_back(to_string(range));
            if (to_string(range) != text) continue;
            limit.range = range;
            return {};
        }
        return Mistake{"unknown scope " + in_quotes(text), suggest(text, known, "known scopes")};
    }

    void apply_groups() {
        if (groups_.empty()) return;
        std::unordered_map<std::string_view, Target*> by_name;
        std::vector<std::string_view> names;
        for (auto& target : source_.targets) {
            by_name.emplace(target.name, &target);
            names.push_back(target.name);
        }
        for (const auto& group : groups_) {
            for (const auto& [name, at] : group.members) {
                if (context_.problems.full()) return;
                const auto found = by_name.find(name);
                if (found == by_name.end()) {
                    place_.complain(
                        at,
                        {"no target is named " + in_quotes(name), suggest(name, names, "targets")}
                    );
                    continue;
                }
                // A target's own tag is nearer to it than its group's.
                for (const auto& tag : group.tags)
                    found->second->tags.insert(tag);
                found->second->groups.push_back(group.name);
            }
        }
    }

    const ReadContext& context_;
    InventorySource& source_;
    YamlPlace place_;
    std::vector<Group> groups_;
    std::size_t lines_ = 0; // of the text
    bool has_version_ = false;
};

} // namespace

void read_yaml(std::string_view text, const ReadContext& context, InventorySource& source) {
    YamlReader(context, source).read(text);
}

} // namespace rdpsweep
