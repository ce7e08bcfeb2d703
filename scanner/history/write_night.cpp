// Compares each host of a night with what is known of it, and writes what changed.
#include "scanner/history/write_night.hpp"

#include "scanner/history/night_statements.hpp"
#include "scanner/history/run_row.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

namespace {

using Id = std::int64_t;

// What a span says.
struct Said {
    Id verdict = 0; // 0: the rule is not judged
    Id severity = 0;
    Id message = 0;
    Id text = 0; // 0: none
    bool operator==(const Said&) const = default;
};

std::optional<Id> or_null(Id id) {
    return id == 0 ? std::nullopt : std::optional(id);
}

// Writes one run. The first thing that fails is kept, and nothing is asked of the database after
// it.
class NightWriter {
public:
    NightWriter(Database& database, NightStatements prepared, const Night& night)
        : database_(database), ask_(std::move(prepared)), night_(night),
          words_(night.words().size()), texts_(night.texts().size()) {}

    Status write(Id run) {
        run_ = run;
        for (const auto& host : night_.hosts()) {
            write_host(host);
            if (!failed_) continue;
            return *failed_;
        }
        return {};
    }

private:
    void keep(Status done) {
        if (!done && !failed_) failed_ = std::move(done).error();
    }

    // Returns the id of what find finds by a value; 0: there is none.
    template <class Value>
    Id found(Statement& find, const Value& value) {
        if (failed_) return 0;
        auto row = find.bind(value).step();
        const Id id = row && *row ? find.number(0) : 0;
        find.reset();
        if (!row) keep(std::move(row).error());
        return id;
    }

    Id word(std::string_view text) {
        if (text.empty()) return 0;
        if (const auto id = found(ask_.find_word, text); id != 0) return id;
        if (!failed_) keep(ask_.add_word.bind(text).run());
        return database_.last_id();
    }

    Id word(std::uint32_t number) {
        auto& id = words_[number];
        if (id == 0) id = word(night_.words()[number]);
        return id;
    }

    Id text(std::uint32_t number) {
        auto& id = texts_[number];
        if (id != 0) return id;
        const auto& kept = night_.texts()[number];
        const Blob sha{kept.sha};
        id = found(ask_.find_text, sha);
        if (id != 0 || failed_) return id;
        keep(ask_.add_text.bind(sha, Blob{kept.packed}).run());
        return id = database_.last_id();
    }

    Id host_id(const NightHost& host) {
        if (const auto id = found(ask_.find_host, host.uid); id != 0) return id;
        if (!failed_) keep(ask_.add_host.bind(host.uid).run());
        return database_.last_id();
    }

    void write_host(const NightHost& host) {
        const auto id = host_id(host);
        if (failed_) return;
        write_identity(id, host);
        const bool assessed = host.outcome == Outcome::assessed;
        const auto outcome = word(to_string(host.outcome));
        const auto verdict = assessed ? word(to_string(host.verdict)) : 0;
        const auto cause = assessed ? word(to_string(host.cause)) : 0;
        const auto fingerprint = assessed ? word(host.fingerprint) : 0;
        const auto transport = assessed ? word(host.transport) : 0;
        if (failed_) return;
        ask_.add_visit.bind(
            run_,
            id,
            outcome,
            or_null(verdict),
            or_null(cause),
            or_null(fingerprint),
            or_null(transport)
        );
        keep(ask_.add_visit.run());
        if (assessed) write_spans(id, host);
    }

    // A host that was not assessed says nothing of its Windows: what was known of it stays.
    void write_identity(Id id, const NightHost& host) {
        auto row = ask_.last_identity.bind(id).step();
        const bool known = row && *row;
        const auto name = known ? ask_.last_identity.text(0) : std::string();
        const auto guid = known ? ask_.last_identity.text(1) : std::string();
        ask_.last_identity.reset();
        if (!row) return keep(std::move(row).error());
        const auto& guid_now = host.machine_guid.empty() ? guid : host.machine_guid;
        if (known && name == host.name && guid == guid_now) return;
        ask_.add_identity.bind(id, run_, host.name, guid_now);
        keep(ask_.add_identity.run());
    }

    // Returns what holds of a host, by rule.
    std::map<Id, Said> known_of(Id host) {
        std::map<Id, Said> known;
        auto& ask = ask_.spans_of;
        auto row = ask.bind(host).step();
        while (row && *row) {
            known[ask.number(0)] = {ask.number(1), ask.number(2), ask.number(3), ask.number(4)};
            row = ask.step();
        }
        ask.reset();
        if (!row) keep(std::move(row).error());
        return known;
    }

    void write_spans(Id id, const NightHost& host) {
        auto known = known_of(id);
        std::map<Id, Said> now;
        for (const auto& finding : host.findings) {
            const Said said{
                word(finding.verdict),
                word(finding.severity),
                word(finding.message),
                finding.text ? text(*finding.text) : 0};
            now.emplace(word(finding.rule), said); // of two findings of a rule, the first
        }
        for (const auto& [rule, said] : known)
            now.emplace(rule, Said{});
        for (const auto& [rule, said] : now) {
            const auto before = known.find(rule);
            if (before != known.end() && before->second == said) continue;
            if (failed_) return;
            add_span(id, rule, said);
        }
    }

    void add_span(Id host, Id rule, const Said& said) {
        const auto verdict = or_null(said.verdict);
        const auto severity = or_null(said.severity);
        const auto message = or_null(said.message);
        const auto text = or_null(said.text);
        ask_.add_span.bind(host, rule, run_, verdict, severity, message, text);
        keep(ask_.add_span.run());
    }

    Database& database_;
    NightStatements ask_;
    const Night& night_;
    Id run_ = 0;
    std::vector<Id> words_, texts_; // ids of the night's, 0: not asked for yet
    std::optional<Error> failed_;
};

} // namespace

Status write_night(Database& database, const RunDocument& run, const Night& night) {
    return database.in_one([&]() -> Status {
        auto prepared = prepare_night(database);
        if (!prepared) return std::move(prepared).error();
        auto done = add_run(database, run);
        if (!done) return done;
        const auto id = database.last_id();
        done = add_totals(database, id, run, night);
        if (done) done = NightWriter(database, *std::move(prepared), night).write(id);
        if (done) done = mark(database, id);
        return done;
    });
}

} // namespace rdpsweep
