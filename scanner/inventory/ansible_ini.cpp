// Reads an Ansible inventory in its INI form, as Ansible's own ini plugin does.
#include "core/text.hpp"
#include "scanner/inventory/ansible_literal.hpp"
#include "scanner/inventory/ansible_model.hpp"

namespace rdpsweep {

namespace {

// Words as a POSIX shell splits them: quotes, backslashes, '#' begins a comment.
class Words {
public:
    explicit Words(std::string_view text) : text_(text) {}

    std::optional<std::string> next() {
        while (at_ < text_.size() && blank(text_[at_]))
            ++at_;
        if (at_ == text_.size() || text_[at_] == '#') return std::nullopt;
        std::string word;
        while (at_ < text_.size() && !blank(text_[at_]) && text_[at_] != '#')
            take(word);
        return word;
    }

    // A quote was left open.
    [[nodiscard]] bool torn() const noexcept { return torn_; }

private:
    static bool blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

    void take(std::string& word) {
        const char c = text_[at_++];
        if (c == '\\' && at_ < text_.size()) {
            word += text_[at_++];
        } else if (c == '\'' || c == '"') {
            take_quoted(word, c);
        } else {
            word += c;
        }
    }

    void take_quoted(std::string& word, char quote) {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == quote) {
                ++at_;
                return;
            }
            const bool escapes = quote == '"' && c == '\\' && at_ + 1 < text_.size() &&
                                 (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
            word += escapes ? text_[++at_] : c;
        }
        torn_ = true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool torn_ = false;
};

class IniReader {
public:
    IniReader(const ReadContext& context, AnsibleFleet& fleet) : context_(context), fleet_(fleet) {}

    void read(std::string_view text) {
        while (!text.empty() && !context_.problems.full()) {
            const auto end = std::min(text.find('\n'), text.size());
            const auto line = trim(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
            ++at_.line;
            if (line.empty() || line.front() == '#' || line.front() == ';') continue;
            read_line(line);
        }
    }

private:
    enum class State : std::uint8_t { hosts, children, vars };

    void complain(Mistake mistake) const {
        context_.problems.add(to_text(context_.file, at_), std::move(mistake));
    }

    void read_line(std::string_view line) {
        // "[2001:db8::1]" is a host; "[web]" and "[web:vars]" are sections.
        if (line.front() == '[' && read_section(line)) return;
        if (state_ == State::hosts) read_host(line);
        if (state_ == State::vars) read_variable(line);
        if (state_ == State::children) read_child(line);
    }

    bool read_section(std::string_view line) {
        const auto close = line.find(']');
        if (close == std::string_view::npos) {
            complain({"the section " + in_quotes(line) + " has no ]", ""});
            return true;
        }
        const auto rest = trim(line.substr(close + 1));
        const auto inside = line.substr(1, close - 1);
        const bool section = (rest.empty() || rest.front() == '#') && !inside.empty() &&
                             inside.find_first_of(" \t") == std::string_view::npos &&
                             inside.find("::") == std::string_view::npos;
        if (!section) return false;
        const auto colon = inside.find(':');
        const auto kind = colon == std::string_view::npos ? "" : inside.substr(colon + 1);
        if (!kind.empty() && kind != "vars" && kind != "children" && kind != "hosts") {
            complain({"a section has :vars or :children, not " + in_quotes(kind), ""});
        }
        group_ = inside.substr(0, colon);
        fleet_.group(group_, at_);
        state_ = kind == "vars" ? State::vars : kind == "children" ? State::children : State::hosts;
        return true;
    }

    void read_host(std::string_view line) {
        Words words(line);
        const auto pattern = words.next();
        if (!pattern) return;
        Complaint wrong;
        const auto names = list_hosts(fleet_, *pattern, {group_, at_}, wrong);
        if (wrong) {
            complain(std::move(*wrong));
            return;
        }
        while (const auto word = words.next()) {
            const auto equals = word->find('=');
            if (equals == std::string::npos || equals == 0) {
                complain({in_quotes(*word) + " is not variable=value", ""});
                return;
            }
            for (const auto& name : names) {
                auto& host = fleet_.host(name, group_, at_);
                keep_variable(
                    host.vars,
                    word->substr(0, equals),
                    {literal_value(word->substr(equals + 1)), at_}
                );
            }
        }
        if (words.torn()) complain({"a quote is not closed", ""});
    }

    void read_variable(std::string_view line) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            complain({in_quotes(line) + " is not variable=value", ""});
            return;
        }
        keep_variable(
            fleet_.group(group_, at_).vars,
            trim(line.substr(0, equals)),
            {literal_value(trim(line.substr(equals + 1))), at_}
        );
    }

    void read_child(std::string_view line) {
        const auto name = trim(line.substr(0, line.find('#')));
        if (name.empty() || name.find_first_of(" \t:=") != std::string_view::npos) {
            complain({in_quotes(line) + " is not the name of a group", ""});
            return;
        }
        fleet_.group(name, at_);
        fleet_.group(group_, at_).children.emplace_back(name);
    }

    const ReadContext& context_;
    AnsibleFleet& fleet_;
    std::string group_ = "ungrouped";
    State state_ = State::hosts;
    Position at_{0, 1};
};

} // namespace

void read_ansible_ini(std::string_view text, const ReadContext& context, AnsibleFleet& fleet) {
    IniReader(context, fleet).read(text);
}

} // namespace rdpsweep
