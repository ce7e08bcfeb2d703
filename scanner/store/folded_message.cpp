// Keeps the length of the beginning and of the end that all values share, and cuts at words.
#include "scanner/store/folded_message.hpp"

#include <algorithm>
#include <string_view>

namespace rdpsweep {

namespace {

// Within a word nothing is kept: half of a process id, a time or a GUID would look like a whole
// one.
constexpr std::string_view between_words = " (),;|=";

std::string_view head_of(std::string_view text, std::size_t length) {
    const auto head = text.substr(0, length);
    const auto cut = head.find_last_of(between_words);
    return cut == std::string_view::npos ? std::string_view() : head.substr(0, cut + 1);
}

std::string_view tail_of(std::string_view text, std::size_t length) {
    const auto tail = text.substr(text.size() - length);
    const auto cut = tail.find_first_of(between_words);
    return cut == std::string_view::npos ? std::string_view() : tail.substr(cut);
}

} // namespace

void FoldedMessage::fold(Common& common, const std::string& value) {
    const auto ahead =
        std::mismatch(common.first.begin(), common.first.end(), value.begin(), value.end());
    const auto behind =
        std::mismatch(common.first.rbegin(), common.first.rend(), value.rbegin(), value.rend());
    const auto head = static_cast<std::size_t>(ahead.first - common.first.begin());
    const auto tail = static_cast<std::size_t>(behind.first - common.first.rbegin());
    common.head = std::min(common.head, head);
    common.tail = std::min(common.tail, tail);
    common.shortest = std::min(common.shortest, value.size());
    common.same = common.same && value == common.first;
}

void FoldedMessage::add(const Message& message) {
    const bool first = key_.empty();
    if (!first && message.key > key_) return;
    if (first || message.key < key_) {
        key_ = message.key;
        arguments_.clear();
        for (const auto& [name, value] : message.arguments)
            arguments_[name] = {value, true, value.size(), value.size(), value.size()};
        return;
    }
    for (auto& [name, common] : arguments_) {
        const auto found = message.arguments.find(name);
        fold(common, found == message.arguments.end() ? std::string() : found->second);
    }
}

Message FoldedMessage::message() const {
    Message folded;
    folded.key = key_;
    for (const auto& [name, common] : arguments_) {
        const std::string_view text = common.first;
        if (common.same) {
            folded.arguments[name] = common.first;
            continue;
        }
        const auto head = head_of(text, common.head);
        const auto room = common.shortest - std::min(common.shortest, head.size());
        const auto tail = tail_of(text, std::min(common.tail, room));
        folded.arguments[name] = std::string(head) + "…" + std::string(tail);
    }
    return folded;
}

} // namespace rdpsweep
