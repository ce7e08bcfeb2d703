// What a program that we start sees of our environment: everything but our secrets.
#pragma once

#include <string>
#include <vector>

namespace rdpsweep {

// Keeps a variable from every program that is started from now on: it holds a secret. Any thread.
void hide_from_children(const std::string& variable);

// Returns our environment as "NAME=value", without what is hidden and without the variables that
// rdpsweep itself takes a secret from (RDPSWEEP_PASSWORD, AZURE_CLIENT_SECRET, IDENTITY_HEADER).
std::vector<std::string> child_environment();

} // namespace rdpsweep
