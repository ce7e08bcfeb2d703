// Makes a tree of a YAML text, with the place of every node and bounds on all of it.
#include "scanner/inventory/yaml_tree.hpp"

#include "core/text.hpp"
#include "scanner/inventory/yaml_merge.hpp"
#include "scanner/inventory/yaml_second.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <map>
#include <streambuf>
#include <utility>

namespace rdpsweep {

namespace {

// yaml-cpp's parser can only be stopped by throwing through it; both are caught in
// read_yaml_pieces, below, and nowhere else.
struct Stopped {};

struct Refused {
    YamlFault fault;
};

// Lets yaml-cpp read a text in place.
class TextBuffer : public std::streambuf {
public:
    explicit TextBuffer(std::string_view text) {
        auto* begin = const_cast<char*>(text.data()); // a get area is never written to
        setg(begin, begin, begin + text.size());
    }
};

Position position(const YAML::Mark& mark) {
    return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

class Builder final : public YAML::EventHandler {
public:
    Builder(const YamlReceiver& receiver, const YamlLimits& limits)
        : receiver_(receiver), limits_(limits) {}

    [[nodiscard]] bool seen_map() const noexcept { return seen_map_; }

    void OnDocumentStart(const YAML::Mark&) override {}

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        complete(make(YamlNode::Kind::null, mark), anchor);
    }

    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& value
    ) override {
        auto node = make(YamlNode::Kind::scalar, mark);
        node.text = value;
        merge_key_ = value == "<<" && tag == "?"; // "?": without quotes and without a tag
        complete(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = kept_.find(anchor);
        if (known == kept_.end()) {
            refuse(position(mark), "this alias does not stand for a complete value");
        }
        const auto extent = extent_of(known->second);
        nodes_ += extent.nodes;
        // Of the whole document: what was delivered is kept, too, in one form or another.
        copied_bytes_ += extent.bytes;
        check_size(position(mark));
        auto copy = known->second;
        copy.at = position(mark);
        complete(std::move(copy), 0);
    }

    void OnSequenceStart(
        const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value
    ) override {
        open(make(YamlNode::Kind::sequence, mark), anchor);
    }

    void OnMapStart(
        const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value
    ) override {
        open(make(YamlNode::Kind::map, mark), anchor);
    }

    void OnSequenceEnd() override { close(); }

    void OnMapEnd() override { close(); }

private:
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor;
        YamlEntry pending; // of a map: the entry whose value is awaited
        bool has_key = false;
        bool merging = false;              // the awaited value is that of a merge key
        std::vector<YamlNode> merges = {}; // of a map: what its merge keys name
    };

    [[noreturn]] static void refuse(Position at, std::string what, std::string next = {}) {
        throw Refused{{at, {std::move(what), std::move(next)}}};
    }

    void check_size(Position at) const {
        if (nodes_ > limits_.nodes) {
            refuse(
                at,
                "the document grows beyond 1,000,000 values here",
                "aliases inside aliases multiply; write it out or use defaults"
            );
        }
        if (copied_bytes_ > limits_.copied_bytes) {
            refuse(
                at,
                "the aliases up to here stand for more than " +
                    std::to_string(limits_.copied_bytes >> 20) + " MiB",
                "a long value is copied for each alias; use defaults, or shorten it"
            );
        }
    }

    YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
        ++nodes_;
        check_size(position(mark));
        YamlNode node;
        node.kind = kind;
        node.at = position(mark);
        return node;
    }

    void open(YamlNode node, YAML::anchor_t anchor) {
        if (stack_.size() >= limits_.depth) refuse(node.at, "nested too deeply");
        if (stack_.empty()) {
            if (node.kind != YamlNode::Kind::map) refuse_root(node);
            seen_map_ = true;
        }
        stack_.push_back({std::move(node), anchor, {}, false});
    }

    [[noreturn]] static void refuse_root(const YamlNode& node) {
        refuse(
            node.at,
            "an inventory is a map, not " + std::string(to_text(node.kind)),
            "start with: version: 1"
        );
    }

    void close() {
        auto done = std::move(stack_.back());
        stack_.pop_back();
        if (auto fault = merge_entries(done.node, std::move(done.merges), limits_))
            throw Refused{*std::move(fault)};
        if (!stack_.empty()) complete(std::move(done.node), done.anchor);
    }

    void complete(YamlNode node, YAML::anchor_t anchor) {
        if (stack_.empty()) refuse_root(node);
        if (anchor != 0) remember(node, anchor);
        auto& parent = stack_.back();
        if (parent.node.kind == YamlNode::Kind::map) {
            add_to_map(parent, std::move(node));
        } else if (streaming()) {
            receiver_.item(std::move(node));
            piece_done();
        } else {
            parent.node.items.push_back(std::move(node));
        }
    }

    void add_to_map(Open& parent, YamlNode node) {
        if (!parent.has_key) {
            take_key(parent, std::move(node));
            return;
        }
        parent.has_key = false;
        if (parent.merging) {
            parent.merges.push_back(std::move(node));
            return;
        }
        parent.pending.value = std::move(node);
        if (stack_.size() > 1) {
            parent.node.entries.push_back(std::move(parent.pending));
            return;
        }
        // The document's own entries are delivered; their names stay, to notice a second one.
        auto entry = std::move(parent.pending);
        YamlEntry name;
        name.key = entry.key;
        parent.node.entries.push_back(std::move(name));
        receiver_.entry(std::move(entry));
        piece_done();
    }

    void take_key(Open& parent, YamlNode node) {
        if (node.kind != YamlNode::Kind::scalar) {
            refuse(node.at, "a key must be text, not " + std::string(to_text(node.kind)));
        }
        if (parent.node.entries.size() >= limits_.keys) refuse(node.at, "too many keys in one map");
        // The document's own entries are delivered one by one: there it is a key like others.
        parent.merging = merge_key_ && node.text == "<<" && stack_.size() > 1;
        if (parent.merging) parent.has_key = true;
        if (parent.merging) return;
        for (const auto& entry : parent.node.entries) {
            if (entry.key == node.text) {
                refuse(node.at, "the key " + in_quotes(node.text) + " is given twice");
            }
        }
        parent.pending = {std::move(node.text), node.at, {}};
        parent.has_key = true;
    }

    void remember(const YamlNode& node, YAML::anchor_t anchor) {
        anchored_ += extent_of(node);
        if (anchored_.nodes > limits_.anchored_nodes || anchored_.bytes > limits_.anchored_bytes) {
            refuse(node.at, "too much is anchored for aliases", "write it out or use defaults");
        }
        kept_[anchor] = node;
    }

    [[nodiscard]] bool streaming() const {
        return stack_.size() == 2 && stack_[0].pending.key == receiver_.streamed_key;
    }

    void piece_done() {
        nodes_ = stack_.size();
        if (receiver_.stop()) throw Stopped{};
    }

    const YamlReceiver& receiver_;
    const YamlLimits& limits_;
    std::vector<Open> stack_;
    std::map<YAML::anchor_t, YamlNode> kept_; // for aliases
    YamlExtent anchored_;                     // of all that are kept
    std::size_t nodes_ = 0;
    std::size_t copied_bytes_ = 0; // by aliases
    bool seen_map_ = false;
    bool merge_key_ = false; // the last scalar is one
};

std::optional<YamlFault> parse(std::istream& stream, Builder& builder) {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || !builder.seen_map()) {
        return YamlFault{{}, {"the inventory is empty", "start with: version: 1"}};
    }

    if (const auto at = find_second_document(parser))
        return YamlFault{*at, {"a second YAML document", "use one file for each"}};
    return {};
}

} // namespace

std::optional<YamlFault>
read_yaml_pieces(std::string_view text, const YamlReceiver& receiver, const YamlLimits& limits) {
    TextBuffer buffer(text);
    std::istream stream(&buffer);
    Builder builder(receiver, limits);
    try {
        return parse(stream, builder);
    } catch (const Stopped&) {
        return {};
    } catch (const Refused& refused) {
        return refused.fault;
    } catch (const YAML::Exception& e) {
        const auto at = e.mark.is_null() ? Position{} : position(e.mark);
        return YamlFault{at, {"not YAML: " + printable(e.msg), hint_for_yaml(e.msg)}};
    }
}

} // namespace rdpsweep
