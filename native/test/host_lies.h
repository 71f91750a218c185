#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "test/model_lies.h"

namespace wasmedge_embed::test {

/// Lies that no trust excuses: those for which a model of the host is refused as well.
std::vector<Lie> LiesOfHosts();

/// What the check of the host's models says; empty when it lets the model through.
std::string HostRefusalOf(const Lie& lie);

}  // namespace wasmedge_embed::test
