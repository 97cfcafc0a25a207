#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/sandbox.hpp"
#include "core/connector/connector.hpp"

// Generated from the list in connectors/CMakeLists.txt.
namespace gerbang {

// A first-party connector; null when there is none of that channel.
std::unique_ptr<Connector> make_connector(std::string_view channel);
// Every first-party connector of this build.
void add_connectors(Registry& registry);
// The sandbox of a channel; null when there is none.
std::unique_ptr<sandbox::Sandbox> make_sandbox(std::string_view channel, sandbox::Options options);
// The channels that have one, in the order of the list.
std::vector<std::string> sandbox_channels();

}  // namespace gerbang
