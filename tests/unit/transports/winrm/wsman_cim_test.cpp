// CIM answers have the shapes that recorded servers of 2003 to 2012 R2 send; the words are ours.
#include "tests/support/catch.hpp"
#include "transports/winrm/wsman_cim.hpp"

using namespace rdpsweep;
using namespace rdpsweep::winrm;
using namespace std::chrono_literals;

namespace {

const Conversation conversation{"https://vm:5986/wsman", "S", {}};

std::string answer(const std::string& body, const std::string& id = "1") {
    return "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
           "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
           "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "
           "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/"
           "wsman.xsd\"><s:Header><a:RelatesTo>uuid:" +
           id + "</a:RelatesTo></s:Header><s:Body>" + body + "</s:Body></s:Envelope>";
}

const std::string xsi = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

std::string object(const std::string& name, const std::string& properties) {
    return "<p:" + name + xsi + " xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/" +
           "cimv2/" + name + "\" xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" " +
           "xsi:type=\"p:" + name + "_Type\">" + properties + "</p:" + name + ">";
}

CimReply read(const std::string& body) {
    auto reply = read_cim_reply(answer(body), "1");
    REQUIRE(reply);
    return *std::move(reply);
}

std::vector<std::string> texts(const cim::Instance& instance, std::string_view name) {
    const auto* value = instance.find(name);
    REQUIRE(value);
    return value->texts;
}

bool holds(const Message& message, std::string_view text) {
    return message.xml.whole().find(text) != std::string::npos;
}

} // namespace

TEST_CASE("cim: a query asks all classes of its namespace, escaped", "[cim]") {
    const auto message =
        ask_cim(conversation, {"root/cimv2", "", cim::Query{"SELECT A FROM B WHERE C<'&'"}}, 20s);
    CHECK(holds(message, "/wsman/1/wmi/root/cimv2/*</w:ResourceURI>"));
    CHECK(holds(message, "/enumeration/Enumerate</a:Action>"));
    CHECK(holds(message, "/wsman/1/WQL\">SELECT A FROM B WHERE C&lt;'&amp;'</w:Filter>"));
    CHECK(holds(message, "<w:OptimizeEnumeration/>"));
    CHECK(holds(message, "<w:OperationTimeout>PT20S</w:OperationTimeout>"));
}

TEST_CASE("cim: a method is called by its class, with its keys", "[cim]") {
    const cim::Invoke call{
        "GetDWORDValue", {{"sSubKeyName", "A\\B & C"}, {"sValueName", ""}}, {{"Path", "C:\\<x>"}}};
    const auto message = ask_cim(conversation, {"root/cimv2", "StdRegProv", call}, 20s);
    CHECK(holds(message, "/wmi/root/cimv2/StdRegProv/GetDWORDValue</a:Action>"));
    CHECK(holds(message, "<c:GetDWORDValue_INPUT xmlns:c=\"http://schemas.microsoft.com/"));
    CHECK(holds(message, "<c:sSubKeyName>A\\B &amp; C</c:sSubKeyName><c:sValueName></c:sValueName>")
    );
    CHECK(holds(message, "<w:Selector Name=\"Path\">C:\\&lt;x&gt;</w:Selector>"));
}

TEST_CASE("cim: get, pull and release name what they want", "[cim]") {
    const auto get = ask_cim(
        conversation, {"root/cimv2", "Win32_Service", cim::Get{{{"Name", "TermService"}}}}, 20s
    );
    CHECK(holds(get, "/transfer/Get</a:Action>"));
    CHECK(holds(get, "<w:Selector Name=\"Name\">TermService</w:Selector>"));
    const auto next = pull(conversation, {"root/cimv2", "uuid:<7>"}, 20s);
    CHECK(holds(next, "/enumeration/Pull</a:Action>"));
    CHECK(holds(next, "<n:EnumerationContext>uuid:&lt;7&gt;</n:EnumerationContext>"));
    const auto end = release(conversation, {"root/cimv2", "uuid:7"}, 20s);
    CHECK(holds(end, "/enumeration/Release</a:Action>"));
    CHECK(holds(end, "<n:Release "));
}

TEST_CASE("cim: a complete first page has an empty context and the end", "[cim]") {
    const auto reply = read(
        "<n:EnumerateResponse><n:EnumerationContext/><w:Items>" +
        object(
            "Win32_Service",
            "<p:Name>TermService</p:Name><p:Started>true</p:Started>"
            "<p:Description xsi:nil=\"true\"/><p:DisplayName/>"
        ) +
        "</w:Items><w:EndOfSequence/></n:EnumerateResponse>"
    );
    CHECK_FALSE(reply.more);
    CHECK(reply.context.empty());
    REQUIRE(reply.instances.size() == 1);
    const auto& service = reply.instances[0];
    CHECK(service.class_name == "Win32_Service");
    CHECK(texts(service, "NAME") == std::vector<std::string>{"TermService"});
    CHECK(service.find("Description")->null);
    CHECK_FALSE(service.find("DisplayName")->null);
    CHECK(texts(service, "DisplayName") == std::vector<std::string>{""});
    CHECK(service.find("Nothing") == nullptr);
}

TEST_CASE("cim: an unfinished page carries the context of the next", "[cim]") {
    const auto first = read(
        "<n:EnumerateResponse><n:EnumerationContext>uuid:A</n:EnumerationContext><w:Items>" +
        object("Win32_Process", "<p:ProcessId>4</p:ProcessId>") + "</w:Items></n:EnumerateResponse>"
    );
    CHECK(first.more);
    CHECK(first.context == "uuid:A");
    const auto last = read(
        "<n:PullResponse><n:Items>" + object("Win32_Process", "<p:ProcessId>8</p:ProcessId>") +
        object("Win32_Process", "<p:ProcessId>12</p:ProcessId>") +
        "</n:Items><n:EndOfSequence/></n:PullResponse>"
    );
    CHECK_FALSE(last.more);
    REQUIRE(last.instances.size() == 2);
    CHECK(texts(last.instances[1], "ProcessId") == std::vector<std::string>{"12"});
}

TEST_CASE("cim: columns of a query are read as the same values as objects", "[cim]") {
    const std::string time = "2013-04-15T16:28:43.488171Z";
    const auto star = read(
        "<n:PullResponse><n:Items>" +
        object(
            "X", "<p:At><cim:Datetime>" + time + "</cim:Datetime></p:At><p:L>1</p:L><p:L>2</p:L>"
        ) +
        "</n:Items><n:EndOfSequence/></n:PullResponse>"
    );
    const auto listed = read(
        "<n:PullResponse><n:Items><w:XmlFragment" + xsi + "><At><Datetime>" + time +
        "</Datetime></At><L>1</L><L>2</L></w:XmlFragment></n:Items><n:EndOfSequence/>"
        "</n:PullResponse>"
    );
    REQUIRE(star.instances.size() == 1);
    REQUIRE(listed.instances.size() == 1);
    for (const auto* name : {"At", "L"}) {
        CHECK(texts(star.instances[0], name) == texts(listed.instances[0], name));
    }
    CHECK(texts(listed.instances[0], "At") == std::vector<std::string>{time});
    CHECK(texts(listed.instances[0], "L").size() == 2);
    CHECK(listed.instances[0].class_name.empty());
}

TEST_CASE("cim: output parameters with arrays and embedded objects", "[cim]") {
    const auto reply = read(object(
        "GetSecurityDescriptor_OUTPUT",
        "<p:Descriptor xmlns:q=\"urn:q\" xsi:type=\"q:Win32_SecurityDescriptor_Type\">"
        "<q:ControlFlags>4</q:ControlFlags>"
        "<q:DACL xsi:type=\"q:Win32_ACE_Type\"><q:AccessMask>1</q:AccessMask></q:DACL>"
        "<q:DACL xsi:type=\"q:Win32_ACE_Type\"><q:AccessMask>2</q:AccessMask></q:DACL>"
        "</p:Descriptor><p:ReturnValue>0</p:ReturnValue>"
    ));
    REQUIRE(reply.instances.size() == 1);
    CHECK(texts(reply.instances[0], "ReturnValue") == std::vector<std::string>{"0"});
    const auto* descriptor = reply.instances[0].find("Descriptor");
    REQUIRE(descriptor);
    REQUIRE(descriptor->objects.size() == 1);
    CHECK(descriptor->objects[0].class_name == "Win32_SecurityDescriptor");
    const auto* list = descriptor->objects[0].find("DACL");
    REQUIRE(list);
    REQUIRE(list->objects.size() == 2);
    CHECK(list->objects[1].class_name == "Win32_ACE");
    CHECK(texts(list->objects[1], "AccessMask") == std::vector<std::string>{"2"});
}

TEST_CASE("cim: nil means null only in the namespace of XML Schema", "[cim]") {
    const auto reply = read(object("X", "<p:A q:nil=\"true\" xmlns:q=\"urn:q\"/>"));
    CHECK_FALSE(reply.instances[0].find("A")->null);
}

TEST_CASE("cim: a fault, another's answer, too much and no XML", "[cim]") {
    const auto fault = read("<s:Fault><s:Reason><s:Text>no</s:Text></s:Reason></s:Fault>");
    REQUIRE(fault.fault);
    CHECK(fault.instances.empty());
    CHECK(read_cim_reply(answer("", "2"), "1").error().code() == Errc::protocol_violation);
    CHECK(read_cim_reply("<", "1").error().code() == Errc::protocol_violation);
    const auto much = read_cim_reply(answer(std::string(1'100'000, ' ')), "1");
    REQUIRE_FALSE(much);
    CHECK(much.error().code() == Errc::output_limit);
    CHECK(read("").instances.empty()); // some methods answer nothing
}
