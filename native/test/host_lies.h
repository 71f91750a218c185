#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "test/model_lies.h"

namespace wasmedge_embed::test {

/// Lies that are refused even in trusted models of the host.
std::vector<Lie> LiesOfHosts();

/// The message of the check of the host's models; empty if the model passes.
std::string HostRefusalOf(const Lie& lie);

}  // namespace wasmedge_embed::test
