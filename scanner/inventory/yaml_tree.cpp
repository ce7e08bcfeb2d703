// Makes a tree of a YAML text, with the place of every node and bounds on all of it.
#include "scanner/inventory/yaml_tree.hpp"

#include "core/text.hpp"
#include "scanner/inventory/yaml_events.hpp"
#include "scanner/inventory/yaml_merge.hpp"

#include <map>
#include <utility>

namespace rdpsweep {

namespace {

// Puts events together. Each function returns false when the reading ends: fault() then says why,
// or the receiver has enough.
class Builder {
public:
    Builder(const YamlReceiver& receiver, const YamlLimits& limits)
        : receiver_(receiver), limits_(limits) {}

    bool take(const YamlEvent& event) {
        using Kind = YamlEvent::Kind;
        switch (event.kind) {
        case Kind::null:
            return complete(make(YamlNode::Kind::null, event.at), event.anchor);
        case Kind::scalar:
            return take_scalar(event);
        case Kind::alias:
            return take_alias(event);
        case Kind::sequence_start:
            return open(YamlNode::Kind::sequence, event);
        case Kind::map_start:
            return open(YamlNode::Kind::map, event);
        case Kind::sequence_end:
        case Kind::map_end:
            return close();
        case Kind::document_end:
            return false;
        }
        return false;
    }

    [[nodiscard]] std::optional<YamlFault> fault() { return std::move(fault_); }

private:
    struct Open {
        YamlNode node;
        std::string anchor;
        YamlEntry pending; // of a map: the entry whose value is awaited
        bool has_key = false;
        bool merging = false;              // the awaited value is that of a merge key
        std::vector<YamlNode> merges = {}; // of a map: what its merge keys name
    };

    bool refuse(Position at, std::string what, std::string next = {}) {
        fault_ = YamlFault{at, {std::move(what), std::move(next)}};
        return false;
    }

    bool take_scalar(const YamlEvent& event) {
        auto node = make(YamlNode::Kind::scalar, event.at);
        node.text = event.text;
        merge_key_ = event.plain && event.text == "<<";
        return complete(std::move(node), event.anchor);
    }

    bool take_alias(const YamlEvent& event) {
        const auto known = kept_.find(event.anchor);
        if (known == kept_.end())
            return refuse(event.at, "this alias does not stand for a complete value");
        const auto extent = extent_of(known->second);
        nodes_ += extent.nodes;
        // Of the whole document: what was delivered is kept, too, in one form or another.
        copied_bytes_ += extent.bytes;
        if (!fits(event.at)) return false;
        auto copy = known->second;
        copy.at = event.at;
        return complete(std::move(copy), {});
    }

    // Tells whether the document is still small enough.
    bool fits(Position at) {
        if (nodes_ > limits_.nodes) {
            return refuse(
                at,
                "the document grows beyond 1,000,000 values here",
                "aliases inside aliases multiply; write it out or use defaults"
            );
        }
        if (copied_bytes_ <= limits_.copied_bytes) return true;
        return refuse(
            at,
            "the aliases up to here stand for more than " +
                std::to_string(limits_.copied_bytes >> 20) + " MiB",
            "a long value is copied for each alias; use defaults, or shorten it"
        );
    }

    YamlNode make(YamlNode::Kind kind, Position at) {
        ++nodes_;
        YamlNode node;
        node.kind = kind;
        node.at = at;
        return node;
    }

    bool open(YamlNode::Kind kind, const YamlEvent& event) {
        auto node = make(kind, event.at);
        if (!fits(event.at)) return false;
        if (stack_.size() >= limits_.depth) return refuse(node.at, "nested too deeply");
        if (stack_.empty() && kind != YamlNode::Kind::map) return refuse_root(node);
        // Until it is complete, nothing goes by this name.
        if (const auto known = kept_.find(event.anchor); known != kept_.end()) kept_.erase(known);
        stack_.push_back({std::move(node), std::string(event.anchor), {}, false});
        return true;
    }

    bool refuse_root(const YamlNode& node) {
        return refuse(
            node.at,
            std::string(receiver_.called) + " is a map, not " + std::string(to_text(node.kind)),
            std::string(receiver_.beginning)
        );
    }

    bool close() {
        auto done = std::move(stack_.back());
        stack_.pop_back();
        fault_ = merge_entries(done.node, std::move(done.merges), limits_);
        if (fault_) return false;
        return stack_.empty() || complete(std::move(done.node), done.anchor);
    }

    bool complete(YamlNode node, std::string_view anchor) {
        if (!fits(node.at)) return false;
        if (stack_.empty()) return refuse_root(node);
        if (!anchor.empty() && !remember(node, anchor)) return false;
        auto& parent = stack_.back();
        if (parent.node.kind == YamlNode::Kind::map) return add_to_map(parent, std::move(node));
        if (!streaming()) {
            parent.node.items.push_back(std::move(node));
            return true;
        }
        receiver_.item(std::move(node));
        return goes_on();
    }

    bool add_to_map(Open& parent, YamlNode node) {
        if (!parent.has_key) return take_key(parent, std::move(node));
        parent.has_key = false;
        if (parent.merging) {
            parent.merges.push_back(std::move(node));
            return true;
        }
        parent.pending.value = std::move(node);
        if (stack_.size() > 1) {
            parent.node.entries.push_back(std::move(parent.pending));
            return true;
        }
        // The document's own entries are delivered; their names stay, to notice a second one.
        auto entry = std::move(parent.pending);
        YamlEntry name;
        name.key = entry.key;
        parent.node.entries.push_back(std::move(name));
        receiver_.entry(std::move(entry));
        return goes_on();
    }

    bool take_key(Open& parent, YamlNode node) {
        if (node.kind != YamlNode::Kind::scalar)
            return refuse(node.at, "a key must be text, not " + std::string(to_text(node.kind)));
        if (parent.node.entries.size() >= limits_.keys)
            return refuse(node.at, "too many keys in one map");
        // The document's own entries are delivered one by one: there it is a key like others.
        parent.merging = merge_key_ && node.text == "<<" && stack_.size() > 1;
        parent.has_key = true;
        if (parent.merging) return true;
        for (const auto& entry : parent.node.entries) {
            if (entry.key == node.text)
                return refuse(node.at, "the key " + in_quotes(node.text) + " is given twice");
        }
        parent.pending = {std::move(node.text), node.at, {}};
        return true;
    }

    bool remember(const YamlNode& node, std::string_view anchor) {
        anchored_ += extent_of(node);
        if (anchored_.nodes > limits_.anchored_nodes || anchored_.bytes > limits_.anchored_bytes) {
            return refuse(
                node.at, "too much is anchored for aliases", "write it out or use defaults"
            );
        }
        kept_.insert_or_assign(std::string(anchor), node);
        return true;
    }

    [[nodiscard]] bool streaming() const {
        return stack_.size() == 2 && stack_[0].pending.key == receiver_.streamed_key;
    }

    bool goes_on() {
        nodes_ = stack_.size();
        return !receiver_.stop();
    }

    const YamlReceiver& receiver_;
    const YamlLimits& limits_;
    std::vector<Open> stack_;
    std::map<std::string, YamlNode, std::less<>> kept_; // for aliases
    YamlExtent anchored_;                               // of all that are kept
    std::size_t nodes_ = 0;
    std::size_t copied_bytes_ = 0; // by aliases
    bool merge_key_ = false;       // the last scalar is one
    std::optional<YamlFault> fault_;
};

} // namespace

std::optional<YamlFault>
read_yaml_pieces(std::string_view text, const YamlReceiver& receiver, const YamlLimits& limits) {
    YamlEvents events(text);
    Builder builder(receiver, limits);
    for (;;) {
        const auto event = events.next();
        if (!event) return events.fault();
        if (!builder.take(*event)) return builder.fault();
    }
}

} // namespace rdpsweep
