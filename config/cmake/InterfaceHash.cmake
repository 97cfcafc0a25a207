# cmake -DOUT=interface_hash.hpp -DROOT=folder -DHEADERS=a|b|c -P InterfaceHash.cmake
#
# Writes the digest of the headers that a connector and the gateway share (core/connector/plugin.hpp).
# To the byte: a changed comment may be a changed contract.
string(REPLACE "|" ";" headers "${HEADERS}")
set(all "")
foreach(header ${headers})
  file(SHA256 ${ROOT}/${header} digest)
  string(APPEND all "${header} ${digest}\n")
endforeach()
string(SHA256 digest "${all}")
string(SUBSTRING ${digest} 0 32 digest)
set(text "#pragma once\n\n// Of the headers that both sides of the border include.\n#define GERBANG_INTERFACE_HASH \"${digest}\"\n")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${OUT} "${text}")
endif()
