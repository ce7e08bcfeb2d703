// An XML document as a flat list of facts, for comparing two that say the same in another order.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rdpsweep::test {

struct FlatElement {
    std::string path; // "Envelope/Header/{uri}MessageID": local names, the last with its namespace
    std::map<std::string, std::string> attributes; // by local name; xmlns declarations left out
    std::string text;                              // trimmed
};

// Every element of text in document order. Fails the test when it is not well-formed.
std::vector<FlatElement> flatten(const std::string& text);

} // namespace rdpsweep::test
