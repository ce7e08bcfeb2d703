#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/flat_xml.hpp"
#include "transports/winrm/fault.hpp"
#include "transports/winrm/http_auth.hpp"
#include "transports/winrm/wsman.hpp"
#include "transports/winrm/xml.hpp"

#include <map>

using namespace rdpsweep;
using namespace rdpsweep::winrm;
using namespace std::chrono_literals;

namespace {

std::string answer(const std::string& header, const std::string& body) {
    return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
           "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
           "xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\"><s:Header>" +
           header + "</s:Header><s:Body>" + body + "</s:Body></s:Envelope>";
}

std::string relates(const std::string& id) {
    return "<a:RelatesTo>uuid:" + id + "</a:RelatesTo>";
}

Fault fault_of(const std::string& detail, const std::string& subcode = "w:InternalError") {
    const auto reply = read_reply(
        answer(
            "",
            "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>" + subcode +
                "</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"\">words"
                "</s:Text></s:Reason><s:Detail>" +
                detail + "</s:Detail></s:Fault>"
        ),
        "1"
    );
    REQUIRE(reply);
    REQUIRE(reply->fault);
    return *reply->fault;
}

std::string wsman_fault(std::uint32_t code) {
    return "<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "
           "Code=\"" +
           std::to_string(code) + "\" Machine=\"vm\"><f:Message>said</f:Message></f:WSManFault>";
}

} // namespace

TEST_CASE("fault: the code is found wherever Windows puts it", "[winrm]") {
    // MSFT_WmiError, in the namespace of the provider.
    const auto wmi = fault_of(
        "<p:MSFT_WmiError "
        "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/MSFT_WmiError\">"
        "<p:Message>quota</p:Message><p:error_Code>2150859173</p:error_Code></p:MSFT_WmiError>"
    );
    CHECK(wmi.code == 2150859173);
    CHECK(wmi.message == "quota");
    // The innermost message of nested provider faults is the useful one.
    const auto nested = fault_of(
        "<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"5\">"
        "<f:Message><f:ProviderFault><f:WSManFault Code=\"6\"><f:Message>deep</f:Message>"
        "</f:WSManFault></f:ProviderFault></f:Message></f:WSManFault>"
    );
    CHECK(nested.code == 5);
    CHECK(nested.message == "deep");
    // No detail at all: the subcode says it.
    CHECK(fault_of("", "w:TimedOut").code == code::operation_timed_out);
    CHECK(fault_of("", "w:AccessDenied").code == 5);
    // Printed with white space around (recorded from a real server).
    CHECK(fault_of("\n  " + wsman_fault(2150859174) + "\n").code == 2150859174);
}

TEST_CASE("fault: endless nesting is walked only so far", "[winrm]") {
    std::string open;
    std::string close;
    for (int i = 0; i < 18; ++i) {
        open += "<f:WSManFault Code=\"5\"><f:Message><f:ProviderFault>";
        close += "</f:ProviderFault></f:Message></f:WSManFault>";
    }
    const auto fault = fault_of(
        "<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"5\">"
        "<f:Message><f:ProviderFault>" +
        open + close + "</f:ProviderFault></f:Message></f:WSManFault>"
    );
    CHECK(fault.code == 5);
}

TEST_CASE("read_reply: output cut inside characters is joined as bytes", "[winrm]") {
    const std::string text = "Gr\xC3\xBC\xC3\x9F"
                             "e";
    std::string streams;
    for (const char byte : text) {
        streams += "<rsp:Stream Name=\"stdout\" CommandId=\"C\">" + base64_encode({&byte, 1}) +
                   "</rsp:Stream>";
    }
    streams += "<rsp:Stream Name=\"stderr\" CommandId=\"C\" End=\"true\"></rsp:Stream>";
    const auto reply = read_reply(
        answer(relates("A"), "<rsp:ReceiveResponse>" + streams + "</rsp:ReceiveResponse>"), "a"
    );
    REQUIRE(reply);
    CHECK(reply->out == text);
    CHECK(reply->err.empty());
    CHECK_FALSE(reply->done); // no CommandState means running
}

TEST_CASE("read_reply: only Done ends a command; the exit code is told in two ways", "[winrm]") {
    const auto state = [](const std::string& name, const std::string& rest) {
        const auto reply = read_reply(
            answer(
                relates("A"),
                "<rsp:ReceiveResponse><rsp:CommandState CommandId=\"C\" State=\"http://schemas."
                "microsoft.com/wbem/wsman/1/windows/shell/CommandState/" +
                    name + "\">" + rest + "</rsp:CommandState></rsp:ReceiveResponse>"
            ),
            "A"
        );
        REQUIRE(reply);
        return *reply;
    };
    CHECK_FALSE(state("Running", "").done);
    CHECK_FALSE(state("Pending", "").done);
    const auto done = state("Done", "<rsp:ExitCode>3221225786</rsp:ExitCode>");
    CHECK(done.done);
    CHECK(done.exit_code == 0xC000013Au);
    CHECK(state("Done", "<rsp:ExitCode>-1</rsp:ExitCode>").exit_code == 0xFFFFFFFFu);
    CHECK(state("Done", "<rsp:ExitCode>-2147483648</rsp:ExitCode>").exit_code == 0x80000000u);
    CHECK(state("Done", "<rsp:ExitCode>4294967295</rsp:ExitCode>").exit_code == 0xFFFFFFFFu);
    for (const std::string none : {"", "4294967296", "-2147483649", "1 2", "0x1", "one"})
        CHECK_FALSE(state("Done", "<rsp:ExitCode>" + none + "</rsp:ExitCode>").exit_code);
    CHECK_FALSE(state("Done", "").exit_code.has_value());
}

TEST_CASE("read_reply: somebody else's answer, a DTD, and no SOAP are refused", "[winrm]") {
    const auto wrong = read_reply(answer(relates("B"), ""), "A");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code() == Errc::protocol_violation);
    CHECK_FALSE(read_reply(answer("", ""), "A")); // only a fault may relate to nothing
    const auto bomb = read_reply(
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>" +
            answer(relates("A"), "&b;"),
        "A"
    );
    REQUIRE_FALSE(bomb);
    CHECK(bomb.error().detail().find("document type") != std::string_view::npos);
    CHECK_FALSE(read_reply("<html><body>login</body></html>", "A"));
    CHECK_FALSE(read_reply("", "A"));
    CHECK_FALSE(read_reply("\xFF\xFE<", "A"));
    CHECK_FALSE(read_reply(
        answer(
            relates("A"),
            "<rsp:ReceiveResponse><rsp:Stream Name=\"stdout\">"
            "not base64!</rsp:Stream></rsp:ReceiveResponse>"
        ),
        "A"
    ));
}

TEST_CASE("read_reply: a document made to be slow is refused", "[winrm]") {
    std::string attributes;
    for (int i = 0; i < 5000; ++i)
        attributes += " x" + std::to_string(i) + "=\"\"";
    CHECK_FALSE(read_reply(answer(relates("A"), "<rsp:ReceiveResponse" + attributes + "/>"), "A"));
    std::string many;
    for (int i = 0; i < 30'000; ++i)
        many += "<rsp:Stream/>";
    CHECK_FALSE(read_reply(answer(relates("A"), many), "A"));
    std::string deep;
    for (int i = 0; i < 10'000; ++i)
        deep += "<a>";
    for (int i = 0; i < 10'000; ++i)
        deep += "</a>";
    CHECK_FALSE(read_reply(answer(relates("A"), deep), "A"));
}

TEST_CASE("read_reply: prefixes mean nothing, namespaces do", "[winrm]") {
    const std::string foreign =
        "<E xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Header><r:RelatesTo "
        "xmlns:r=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\">uuid:A</r:RelatesTo></Header>"
        "<Body><CommandResponse xmlns=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\">"
        "<CommandId> C1 </CommandId></CommandResponse></Body></E>";
    auto reply = read_reply(
        std::string(foreign)
            .replace(foreign.find("<E "), 2, "<Envelope")
            .replace(foreign.rfind("</E>") + 7, 4, "</Envelope>"),
        "A"
    );
    REQUIRE(reply);
    CHECK(reply->command_id == "C1");
    // The same local name in another namespace is another element.
    const auto other = read_reply(
        answer(
            relates("A"),
            "<CommandResponse xmlns=\"urn:x\"><CommandId>C</CommandId></CommandResponse>"
        ),
        "A"
    );
    REQUIRE(other);
    CHECK(other->command_id.empty());
}

TEST_CASE("create_shell: hostile environment text stays inside its element", "[winrm]") {
    const Conversation conversation{"https://vm:5986/wsman", "S", ""};
    ShellOptions options;
    options.environment = {{"A", "line1\nline2\r\n<b>&\"'\x01]]>"}};
    const auto message = create_shell(conversation, options, 20s);
    for (const auto& element : test::flatten(message.xml.whole())) {
        if (element.path.ends_with("Variable")) CHECK(element.text == "line1\nline2\r\n<b>&\"']]>");
    }
}

TEST_CASE("create_shell: what hosts share stands in the environment, uncopied", "[winrm]") {
    const Conversation conversation{"https://vm:5986/wsman", "S", ""};
    ShellOptions options;
    options.environment = {{"A", "own"}};
    options.shared_environment =
        std::make_shared<const std::string>(variable("B", "a<b") + variable("C", "last"));
    const auto message = create_shell(conversation, options, 20s);
    CHECK(options.shared_environment.use_count() == 2);
    std::vector<std::string> values;
    for (const auto& element : test::flatten(message.xml.whole())) {
        if (element.path.ends_with("Variable")) values.push_back(element.text);
    }
    CHECK(values == std::vector<std::string>{"own", "a<b", "last"});
    options.environment.clear();
    const auto alone = create_shell(conversation, options, 20s).xml.whole();
    CHECK(alone.find("<rsp:Environment><rsp:Variable Name=\"B\">") != std::string::npos);
    CHECK(alone.find("</rsp:Variable></rsp:Environment><rsp:Lifetime>") != std::string::npos);
}

TEST_CASE("read_challenge: one line a scheme, folded lines, tokens", "[winrm]") {
    const auto plain = read_challenge({"Negotiate", "Kerberos", "Basic realm=\"WSMAN, a\""});
    CHECK(plain.schemes == std::vector<std::string>{"Negotiate", "Kerberos", "Basic"});
    CHECK_FALSE(plain.token.has_value());
    const auto folded =
        read_challenge({"Negotiate " + base64_encode("tok") + ", Basic realm=\"x\", CredSSP"});
    CHECK(folded.offers("credssp"));
    CHECK(folded.token == "tok");
    CHECK_FALSE(read_challenge({"Negotiate ***"}).token.has_value());
    CHECK_FALSE(read_challenge({"Basic realm=\"Negotiate\""}).offers("Negotiate"));
    CHECK(read_challenge({}).schemes.empty());
}
