// The only file on CLI11, which takes seconds to compile: rows become its options, and its
// exceptions our sentences.
#include "scanner/cli/grammar.hpp"

#include "core/text.hpp"
#include "scanner/cli/flag_words.hpp"
#include "scanner/cli/program_words.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cassert>
#include <deque>
#include <optional>

namespace rdpsweep::cli {

namespace {

// Returns the name by which a mistake speaks of an option: the last one.
std::string spoken_name(const std::string& names) {
    return names.substr(names.rfind(',') + 1);
}

// Returns what CLI11 heard of a flag, in the words that a flag's setter takes.
std::optional<std::string> heard(Takes takes, const CLI::results_t& results) {
    int sum = 0;
    for (const auto& result : results) {
        const auto value = flag_value(result);
        if (!value) return std::nullopt;
        sum += *value;
    }
    if (takes == Takes::count) return std::to_string(sum);
    return sum > 0 ? "true" : "false";
}

// CLI11 takes a mistake as an exception, thrown here and caught in hear(); false is text that
// is no value of a flag.
bool tell(const Option& option, const CLI::results_t& results) {
    const auto set = [&option](const std::string& text) {
        const auto mistake = option.bind.set(text);
        if (mistake) throw CLI::ValidationError(spoken_name(option.names), *mistake);
    };
    if (option.bind.takes == Takes::nothing || option.bind.takes == Takes::count) {
        const auto text = heard(option.bind.takes, results);
        if (text) set(*text);
        return text.has_value();
    }
    for (const auto& text : results)
        set(text);
    return true;
}

// Tells CLI11 how many values may follow.
void expect(CLI::Option& added, Takes takes) {
    constexpr int any = CLI::detail::expected_max_vector_size;
    switch (takes) {
    case Takes::nothing:
        added.multi_option_policy(CLI::MultiOptionPolicy::TakeLast)->expected(0);
        break;
    case Takes::count:
        added.multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->expected(0);
        break;
    case Takes::word:
        added.type_size(1)->expected(1)->required();
        break;
    case Takes::words:
        added.type_size(1)->expected(any)->required();
        break;
    case Takes::value:
        added.type_size(1)->expected(1);
        break;
    case Takes::values:
        added.type_size(1)->expected(any)->allow_extra_args(false);
        break;
    case Takes::sequence:
        added.type_size(1)->expected(any);
        break;
    }
}

// said: the options that the command line holds.
void add(CLI::App& app, const Option& option, std::vector<const Option*>& said) {
    auto* added = app.add_option(
        option.names,
        CLI::callback_t([&option, &said](const CLI::results_t& results) {
            said.push_back(&option);
            return tell(option, results);
        }),
        option.help
    );
    if (!option.type.empty()) added->type_name(option.type);
    added->group(std::string(option.group));
    expect(*added, option.bind.takes);
}

// Returns CLI11's words for a wrong number of values, in ours.
std::string reworded(const CLI::ParseError& error) {
    const std::string text = error.what();
    const auto option = text.substr(0, text.find(':'));
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return printable(text);
    return text.find("At Most") != std::string::npos ? option + " is given more than once"
                                                     : option + " needs a value";
}

} // namespace

// CLI11's applications: the program, its verbs, and the first words of verbs like "fix plan".
class Grammar::Apps {
public:
    Apps(Verbs verbs, const CliNames& names)
        : program_(std::string(program_sentences), "rdpsweep") {
        program_.footer(std::string(program_footer));
        program_.require_subcommand(0, 1);
        program_.set_help_flag("-h,--help", std::string(help_sentence));
        program_.add_flag("--version")->description(std::string(version_sentence));
        program_.get_formatter()->column_width(34);
        for (const auto& verb : verbs)
            add_verb(verb, names);
    }

    CLI::App& program_app() noexcept { return program_; }

    Entry& chosen() {
        for (auto& node : verbs_) {
            if (node.app->parsed()) return node.entry;
        }
        return none_;
    }

    std::string help() {
        for (auto* nodes : {&verbs_, &groups_}) {
            for (auto& node : *nodes) {
                if (node.app->parsed()) return node.app->help(node.above);
            }
        }
        return program_.help("");
    }

    // The words that the verb, or the program, did not know.
    std::vector<std::string> left() {
        for (auto& node : verbs_) {
            if (node.app->parsed()) return node.app->get_parent()->remaining(true);
        }
        return program_.remaining(true);
    }

private:
    struct Node {
        std::string above; // "rdpsweep", "rdpsweep fix"
        CLI::App* app = nullptr;
        Entry entry;
    };

    void add_verb(const Verb& verb, const CliNames& names) {
        const auto space = verb.name.rfind(' ');
        const bool nested = space != std::string_view::npos;
        const auto above = nested ? verb.name.substr(0, space) : std::string_view();
        auto* app = (nested ? group_of(above) : program_)
                        .add_subcommand(
                            std::string(verb.name.substr(nested ? space + 1 : 0)),
                            std::string(verb.sentence)
                        );
        Node node{"rdpsweep", app, {std::string(verb.name), {}, {}}};
        if (nested) node.above += " " + std::string(above);
        if (!verb.ask) {
            app->require_subcommand(1);
            groups_.push_back(std::move(node));
            return;
        }
        app->footer(std::string(verb.footer));
        node.entry.asked = verb.ask(names);
        verbs_.push_back(std::move(node));
        auto& entry = verbs_.back().entry;
        for (const auto& option : entry.asked.options)
            add(*app, option, entry.said);
    }

    CLI::App& group_of(std::string_view name) {
        const auto group = std::find_if(groups_.begin(), groups_.end(), [name](const Node& node) {
            return node.entry.name == name;
        });
        assert(group != groups_.end());
        return *group->app;
    }

    CLI::App program_;
    std::deque<Node> verbs_; // CLI11 refers to the options in them
    std::deque<Node> groups_;
    Entry none_;
};

Grammar::Grammar(Verbs verbs, const CliNames& names)
    : apps_(std::make_unique<Apps>(verbs, names)) {}

Grammar::~Grammar() = default;

Hearing Grammar::hear(const std::vector<std::string>& args) {
    // CLI11 wants the arguments in reverse.
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    try {
        apps_->program_app().parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        return {Heard::help, apps_->help(), {}};
    } catch (const CLI::ExtrasError&) {
        return {Heard::unknown, {}, apps_->left()};
    } catch (const CLI::ParseError& error) {
        return {Heard::mistake, reworded(error), {}};
    }
    return {};
}

Entry& Grammar::chosen() {
    return apps_->chosen();
}

} // namespace rdpsweep::cli
