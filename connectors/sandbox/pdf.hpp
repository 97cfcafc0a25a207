#pragma once

#include <string>
#include <vector>

namespace gerbang::sandbox {

// A small real PDF (1.4, one A6 page for each list of lines, Helvetica), so that what a sandbox
// gives as a shipping label opens in a viewer. Bytes depend on the lines alone; what is not ASCII
// becomes '?'.
std::string small_pdf(const std::vector<std::vector<std::string>>& pages);

// One file in a ZIP, not compressed.
std::string stored_zip(const std::string& name, const std::string& bytes);

}  // namespace gerbang::sandbox
