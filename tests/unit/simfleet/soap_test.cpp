// The simulator is as strict with envelopes as a Windows server.
#include "tests/simfleet/winrm/soap_reply.hpp"
#include "tests/simfleet/winrm/soap_request.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace simfleet;
using namespace std::chrono_literals;

namespace {

// A valid Receive with other prefixes than Windows uses, and one line to replace.
std::string envelope(const std::string& from = "", const std::string& to = "") {
    std::string text =
        "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" "
        "xmlns:q=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
        "xmlns:m=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" "
        "xmlns:ms=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\"><e:Header>"
        "<q:To>https://h:5986/wsman</q:To>"
        "<m:ResourceURI "
        "e:mustUnderstand=\"true\">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
        "</m:ResourceURI>"
        "<q:ReplyTo><q:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
        "</q:Address></q:ReplyTo>"
        "<q:Action e:mustUnderstand=\"true\">"
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive</q:Action>"
        "<m:MaxEnvelopeSize>153600</m:MaxEnvelopeSize>"
        "<q:MessageID>uuid:11111111-2222-3333-4444-555555555555</q:MessageID>"
        "<m:Locale xml:lang=\"en-US\" e:mustUnderstand=\"false\"/>"
        "<m:OperationTimeout>PT20S</m:OperationTimeout>"
        "<m:SelectorSet><m:Selector Name=\"shellid\">S-1</m:Selector></m:SelectorSet>"
        "</e:Header><e:Body><r:Receive "
        "xmlns:r=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\">"
        "<r:DesiredStream CommandId=\"C-1\">stdout stderr</r:DesiredStream></r:Receive></e:Body>"
        "</e:Envelope>";
    if (!from.empty()) {
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        text.replace(at, from.size(), to);
    }
    return text;
}

std::uint32_t code_of(const std::string& body) {
    const auto parsed = read_soap(body);
    const auto* failed = std::get_if<SoapFault>(&parsed);
    return failed == nullptr ? 0 : failed->code;
}

} // namespace

TEST_CASE("simfleet soap: a Receive is read by namespace, whatever the prefixes", "[simfleet]") {
    const auto parsed = read_soap(envelope());
    const auto* request = std::get_if<SoapRequest>(&parsed);
    REQUIRE(request != nullptr);
    CHECK(request->verb == "Receive");
    CHECK(request->shell_id == "S-1");
    CHECK(request->command_id == "C-1");
    CHECK(request->message_id == "uuid:11111111-2222-3333-4444-555555555555");
    CHECK(request->operation_timeout == 20s);
    CHECK(request->max_envelope == 153600);
    CHECK(request->locale == "en-US");
}

TEST_CASE("simfleet soap: each broken header has its fault", "[simfleet]") {
    const std::string locale = "<m:Locale xml:lang=\"en-US\" e:mustUnderstand=\"false\"/>";
    CHECK(
        code_of(envelope("q:ReplyTo><q:Address>http:", "q:ReplyTo><q:Address>https:")) ==
        fault::addressing_mode
    );
    CHECK(
        code_of(envelope("q:MessageID>uuid:11111111-2222-3333-4444-555555555555<", "q:MessageID><")
        ) == fault::header_required
    );
    CHECK(code_of(envelope("<q:To>https://h:5986/wsman</q:To>", "")) == fault::header_required);
    CHECK(
        code_of(envelope("e:mustUnderstand=\"false\"", "e:mustUnderstand=\"true\"")) ==
        fault::locale_must_understand
    );
    CHECK(code_of(envelope("153600", "8191")) == fault::min_envelope);
    CHECK(code_of(envelope("153600", "lots")) == fault::invalid_header);
    CHECK(code_of(envelope("PT20S", "PT-1S")) == fault::invalid_header);
    CHECK(code_of(envelope("windows/shell/cmd<", "windows/shell/dmc<")) == fault::invalid_resource);
    CHECK(code_of(envelope("shell/Receive<", "shell/Deceive<")) == fault::invalid_action);
    CHECK(code_of(envelope("Name=\"shellid\"", "Name=\"colour\"")) == fault::unexpected_selectors);
    CHECK(
        code_of(envelope("<m:Selector Name=\"shellid\">S-1</m:Selector>", "")) ==
        fault::insufficient_selectors
    );
    CHECK(code_of(envelope(locale, locale + locale)) == fault::invalid_header);
    CHECK(
        code_of(envelope(locale, "<m:Surprise e:mustUnderstand=\"1\"/>")) == fault::must_understand
    );
    CHECK(code_of(envelope(locale, "<m:Surprise/>")) == 0);
    CHECK(
        code_of(envelope(
            "<m:SelectorSet>",
            "<m:OptionSet><m:Option Name=\"X\" MustComply=\"true\">1</m:Option>"
            "</m:OptionSet><m:SelectorSet>"
        )) == fault::invalid_options
    );
}

TEST_CASE("simfleet soap: what is not clean XML is refused as such", "[simfleet]") {
    CHECK(code_of("") == fault::schema);
    CHECK(code_of("hello") == fault::schema);
    CHECK(code_of("<a/>") == fault::schema);
    CHECK(code_of(envelope("</e:Body>", "")) == fault::schema);
    CHECK(code_of(envelope("S-1", "S\x01")) == fault::schema);
    CHECK(code_of(envelope("S-1", "S&#2;")) == fault::schema);
    CHECK(code_of(envelope("S-1", "S\xff")) == fault::schema);
    CHECK(code_of("<!DOCTYPE x [<!ENTITY a \"b\">]>" + envelope()) == fault::schema);
    CHECK(code_of(envelope("xmlns:r=", "xmlns:s=")) == fault::schema);
    CHECK(
        code_of(envelope("<r:DesiredStream CommandId=\"C-1\">stdout stderr</r:DesiredStream>", "")
        ) == fault::schema
    );
}

TEST_CASE("simfleet soap: a fault answers the message that caused it", "[simfleet]") {
    const auto parsed = read_soap(envelope("153600", "1"));
    const auto* failed = std::get_if<SoapFault>(&parsed);
    REQUIRE(failed != nullptr);
    const std::string text = render_fault(*failed, "127.1.1.1");
    CHECK(
        text.find("<a:RelatesTo>uuid:11111111-2222-3333-4444-555555555555</a:RelatesTo>") !=
        std::string::npos
    );
    CHECK(text.find("Code=\"2150858878\" Machine=\"127.1.1.1\"") != std::string::npos);
}

namespace {

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("simfleet soap: a fault says whose plug-in it comes from", "[simfleet]") {
    const auto rendered = [](std::uint32_t code) {
        return render_fault(SoapFault{code, "uuid:1", {}}, "127.1.1.1");
    };
    // The shell's plug-in says a text.
    const auto shell = rendered(fault::invalid_parameter);
    CHECK(holds(
        shell,
        "Code=\"87\" Machine=\"127.1.1.1\"><f:Message><f:ProviderFault provider=\"Shell cmd "
        "plugin\" "
        "path=\"%systemroot%\\system32\\winrscmd.dll\">The parameter is incorrect. "
        "</f:ProviderFault></f:Message></f:WSManFault>"
    ));
    CHECK(
        holds(shell, "<s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:InvalidParameter</s:Value>")
    );
    CHECK(holds(shell, "faultDetail/InvalidValue</w:FaultDetail>"));
    // WMI's puts a fault inside.
    const auto wmi = rendered(fault::wmi_access_denied);
    CHECK(holds(
        wmi,
        "<f:Message><f:ProviderFault provider=\"WMI Provider\" "
        "path=\"%systemroot%\\system32\\WsmWmiPl.dll\"><f:WSManFault "
        "xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"2150859012\""
    ));
    CHECK_FALSE(holds(wmi, "ExtendedError"));
    // And the service itself none.
    CHECK_FALSE(holds(rendered(fault::unexpected_selectors), "ProviderFault"));
}

TEST_CASE("simfleet soap: what WMI was asked stands beside its fault", "[simfleet]") {
    SoapFault failed{fault::cannot_process_filter, "uuid:1", {}};
    failed.operation = "ExecQuery";
    failed.parameter = "select * from X where A<1";
    const auto text = render_fault(failed, "h");
    CHECK(holds(
        text,
        "<p:Operation>ExecQuery</p:Operation><p:ParameterInfo>select * from X where A&lt;1"
        "</p:ParameterInfo><p:ProviderName>WinMgmt</p:ProviderName>"
    ));
    CHECK(holds(text, "</p:__ExtendedStatus></f:ExtendedError></f:ProviderFault></f:Message>"));
}

TEST_CASE("simfleet soap: Identify tells the version only after a logon", "[simfleet]") {
    const auto version = [](std::uint32_t build, bool known) {
        const auto text = render_identify(Identity{build, known});
        const auto at = text.find("<wsmid:ProductVersion>") + 22;
        return text.substr(at, text.find('<', at) - at);
    };
    CHECK(version(17763, false) == "OS: 0.0.0 SP: 0.0 Stack: 3.0");
    CHECK(version(17763, true) == "OS: 10.0.17763 SP: 0.0 Stack: 3.0");
    CHECK(version(9600, true) == "OS: 6.3.9600 SP: 0.0 Stack: 3.0");
    CHECK(version(9200, true) == "OS: 6.2.9200 SP: 0.0 Stack: 3.0");
    CHECK(version(7601, true) == "OS: 6.1.7601 SP: 1.0 Stack: 2.0");
    CHECK(version(7601, false) == "OS: 0.0.0 SP: 0.0 Stack: 2.0");
}

TEST_CASE("simfleet soap: WinRM's configuration is a resource", "[simfleet]") {
    const std::string base = "http://schemas.microsoft.com/wbem/wsman/1/config";
    const auto asked = [&](const std::string& resource, const std::string& action) {
        auto text = envelope(
            "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd", base + resource
        );
        const std::string receive =
            "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive";
        text.replace(text.find(receive), receive.size(), action);
        return read_soap(text);
    };
    const std::string transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer/";
    const auto part = [&](const std::string& resource) {
        const auto parsed = asked(resource, transfer + "Get");
        const auto* request = std::get_if<SoapRequest>(&parsed);
        return request == nullptr ? "none" : request->verb + " " + request->config.value_or("none");
    };
    CHECK(part("") == "Get ");
    CHECK(part("/Service/Auth") == "Get service/auth");
    CHECK(part("uration") == "none");
    const auto put = asked("/winrs", transfer + "Put");
    REQUIRE(std::holds_alternative<SoapRequest>(put));
    CHECK(std::get<SoapRequest>(put).verb == "Put");
    CHECK(std::holds_alternative<SoapFault>(asked("/winrs", transfer + "Steal")));
}

TEST_CASE("simfleet soap: durations", "[simfleet]") {
    CHECK(read_duration("PT20S") == 20s);
    CHECK(read_duration("PT1M0.5S") == 60500ms);
    CHECK(read_duration("P1DT1H") == 25h);
    for (const char* bad : {"", "P", "PT", "20", "PT-1S", "PT1", "P1S", "PT1S1X", "P1Y", "PTS"}) {
        INFO(bad);
        CHECK_FALSE(read_duration(bad));
    }
}

namespace {

// Every request in a folder of exchanges between another client and a server is accepted.
void accepts_requests_in(const std::filesystem::path& folder, std::size_t fewest) {
    std::size_t requests = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            const std::string key = "- request: ";
            if (!line.starts_with(key)) continue;
            INFO(entry.path() << ": " << line.substr(0, 2000));
            CHECK(code_of(line.substr(key.size())) == 0);
            ++requests;
        }
    }
    CHECK(requests >= fewest);
}

} // namespace

TEST_CASE("simfleet soap: requests of another client are accepted", "[simfleet]") {
    accepts_requests_in(RDPSWEEP_SOURCE_DIR "/tests/golden/winrm", 36);
}

TEST_CASE("simfleet soap: so are those that real servers accepted", "[.recordings]") {
    const char* folder = std::getenv("RDPSWEEP_RECORDINGS"); // see tests/unit/recordings.sh
    REQUIRE(folder != nullptr);
    accepts_requests_in(folder, 21);
}
