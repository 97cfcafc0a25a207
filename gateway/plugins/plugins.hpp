#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/connector/connector.hpp"

// Connectors in shared objects, built out of tree against the installed SDK (connectors/README.md)
// and loaded by name at start. Such code runs inside the gateway with all its rights: the folder is
// the host's, and nothing outside of it is opened.
namespace gerbang::plugins {

// <directory>/gerbang-<name>.so, a regular file of its own in that folder that only its owner and
// group may write. Loaded with RTLD_NOW and RTLD_LOCAL; its stamp is compared to the letter before
// anything of it is called. It stays for the life of the process. Where gerbang-<name>.codes.tsv
// stands beside it, its lines join the message catalogue.
//
// Errors, each with the file and the reason in `detail`:
//   connector_name_invalid     the name is no channel name (small letters, digits, '_')
//   connector_file_missing     there is no such file
//   connector_file_unsafe      a link that leads out of the folder, or others may write it
//   connector_file_broken      the system's loader refuses it, or it is no shared object
//   connector_stamp_missing    not a connector of this program
//   connector_stamp_differs    built with other headers, compiler, library or macros
//   connector_not_made         it has the stamp and no connector, or one of another channel
//   connector_words_broken, connector_words_differ    of the .codes.tsv, see config/messages.hpp
Result<std::unique_ptr<Connector>> load(const std::string& directory, const std::string& name);

// Each of `names`, in order, into the registry. Stops at the first failure, also
// connector_duplicate: the channel is there already.
Result<void> load_all(Registry& registry, const std::string& directory,
                      const std::vector<std::string>& names);

}  // namespace gerbang::plugins
