#include "connectors/sample/sample.hpp"
#include "core/connector/plugin.hpp"

GERBANG_CONNECTOR_PLUGIN(gerbang::make_sample_connector)
