// The languages say the same: every key in each, with the same arguments, and nothing left over in
// another language.
#include "core/columns.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "reports/text/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/report_fixture.hpp"

#include <set>

using namespace rdpsweep;

namespace {

std::set<std::string> placeholders(const std::string& sentence) {
    std::set<std::string> names;
    for (auto at = sentence.find('{'); at != sentence.npos; at = sentence.find('{', at + 1)) {
        const auto end = sentence.find('}', at);
        if (end != sentence.npos) names.insert(sentence.substr(at, end - at));
    }
    return names;
}

bool has_wide(std::string_view text) {
    for (; !text.empty(); text.remove_prefix(front(text).second)) {
        if (columns_of(front(text).first) == 2) return true;
    }
    return false;
}

// English function words: names of programs, services and keys have none between spaces.
bool has_english(const std::string& sentence) {
    for (const auto& word : split(sentence, ' ')) {
        for (const auto* left :
             {"the",
              "is",
              "are",
              "not",
              "and",
              "of",
              "or",
              "it",
              "its",
              "was",
              "this",
              "that",
              "with",
              "for",
              "from",
              "cannot",
              "only",
              "no"}) {
            if (iequals(word, left)) return true;
        }
    }
    return false;
}

// A sentence that is one and the same in every language: a sign or a name.
bool is_name(std::string_view key) {
    return key == "report.more" || key == "report.html.run.version";
}

} // namespace

TEST_CASE("languages: English and Traditional Chinese have the same keys", "[report]") {
    const auto& english = Catalogue::english();
    for (const auto language : built_in_languages()) {
        const auto& other = Catalogue::built_in(language);
        CHECK(other.text("report.language") == language);
        for (const auto key : english.keys()) {
            INFO(language << ": add " << key << " to reports/messages/" << language << ".json");
            CHECK(other.has(key));
        }
        for (const auto key : other.keys()) {
            INFO(language << ": " << key << " is not in reports/messages/en.json");
            CHECK(english.has(key));
        }
    }
}

TEST_CASE("languages: each sentence takes the same arguments", "[report]") {
    const auto& english = Catalogue::english();
    for (const auto language : built_in_languages()) {
        const auto& other = Catalogue::built_in(language);
        for (const auto key : english.keys()) {
            INFO(language << ": " << key);
            CHECK(placeholders(other.text(key)) == placeholders(english.text(key)));
            CHECK(other.text(key).empty() == english.text(key).empty());
        }
    }
}

TEST_CASE("languages: nothing in the Chinese catalogue is left in English", "[report]") {
    const auto& chinese = Catalogue::built_in("zh-TW");
    for (const auto key : chinese.keys()) {
        const auto sentence = chinese.text(key);
        if (sentence.empty() || is_name(key) || key == "report.language") continue;
        INFO(key << ": " << sentence);
        CHECK(has_wide(sentence));
        CHECK_FALSE(has_english(sentence));
        // Full-width marks after Chinese, and Taiwan's words where the mainland's differ.
        for (const auto* wrong :
             {",憑",
              "。 ",
              "， ",
              "： ",
              "證书",
              "服务",
              "连接",
              "默認",
              "軟件",
              "註冊表",
              "端口",
              "進程",
              "服務器",
              "信息",
              "文件夾"}) {
            CHECK(sentence.find(wrong) == sentence.npos);
        }
    }
}

TEST_CASE("languages: the article's terms are used", "[report]") {
    const auto& chinese = Catalogue::built_in("zh-TW");
    const auto says = [&chinese](const char* key, const char* term) {
        INFO(key);
        CHECK(chinese.text(key).find(term) != std::string::npos);
    };
    says("cause.rdp_port.title", "連接埠");
    says("cause.rdp_certificate.title", "憑證");
    says("cause.machine_keys.title", "金鑰");
    says("cause.tls_protocols.title", "停用");
    says("cause.group_policy.title", "群組原則");
    says("CERT.SELF.VALID.what", "自我簽署憑證");
    says("KEY.FOLDER.title", "資料夾");
    says("EMS.READY.title", "序列主控台");
    says("PORT.MOVED.fix", "網路安全性群組");
    says("CERT.SELF.VALID.fix", "重新啟動");
    says("PORT.OWNER.article", "應用程式");
}

TEST_CASE("languages: every report speaks the language asked for", "[report]") {
    const auto& chinese = Catalogue::built_in("zh-TW");
    for (const auto& format : all_reports()) {
        INFO(format.name);
        auto fleet = test::mixed_fleet();
        for (auto& host : fleet) {
            for (auto& finding : host.findings)
                finding.summary = {"KEY.ACL.ok", {}};
        }
        const auto text = test::render(format.name, test::Hosts(fleet), chinese);
        CHECK(has_wide(text));
        for (const auto* left :
             {"Root causes",
              "Not assessed",
              "cannot take RDP",
              "Next:",
              "by what became",
              "Only the first"})
            CHECK(text.find(left) == text.npos);
    }
    const auto page = test::render("html", test::Hosts(test::mixed_fleet()), chinese);
    CHECK(page.find("<html lang=\"zh-TW\">") != page.npos);
}

TEST_CASE("languages: advice and reasons are known by their English text", "[report]") {
    const auto& chinese = Catalogue::built_in("zh-TW");
    CHECK(chinese.phrase("the run ended first") == "執行先結束了");
    CHECK(chinese.phrase("chmod 600 /x") == "chmod 600 /x");
    CHECK(Catalogue::english().phrase("the run ended first") == "the run ended first");
    auto host = test::obstructed_host(
        0,
        Outcome::unreachable,
        Error(Phase::connect, Errc::timed_out, "x")
            .with_hint(Catalogue::english().text("phrase.running"))
    );
    for (const auto* format : {"text", "html", "markdown", "csv", "junit"}) {
        INFO(format);
        CHECK(
            test::render(format, test::Hosts({host}), chinese).find("VM 是否正在執行") !=
            std::string::npos
        );
    }
}

TEST_CASE("languages: the final screen keeps its 40 lines and its width in Chinese", "[report]") {
    const auto text = test::render(
        "text", test::Hosts(10'000, test::generated_host), Catalogue::built_in("zh-TW")
    );
    std::size_t lines = 0;
    for (const auto& line : split(text, '\n')) {
        ++lines;
        INFO(line);
        CHECK((columns(line) <= 100 || line.find("rdpsweep ") != line.npos));
    }
    CHECK(lines <= screen_lines + 1);
    CHECK(to_valid_utf8(text) == text);
    CHECK(text.find("\\x") == text.npos); // no sentence cut inside a character
}

TEST_CASE("languages: Chinese words that misled do not come back", "[report]") {
    // "Fixed" for pinned, "damaged" for judged broken, "factory" for default, and the like.
    const auto& chinese = Catalogue::built_in("zh-TW");
    for (const auto key : chinese.keys()) {
        const std::string text(chinese.text(key));
        for (const auto* word :
             {"固定憑證",
              "固定設定",
              "也已損壞",
              "出廠",
              "舊的一對",
              "沒有說明任何事",
              "Run Command"}) {
            INFO(key << " has " << word);
            CHECK(text.find(word) == text.npos);
        }
    }
}
