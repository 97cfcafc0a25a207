#include "connectors/sandbox/pdf.hpp"

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace gerbang::sandbox {

namespace {

// The text operators of a page, from the top.
std::string drawing(const std::vector<std::string>& lines) {
  std::string out = "BT /F1 11 Tf 16 TL 20 390 Td\n";
  for (const std::string& line : lines) {
    out += "(";
    for (const char c : line) {
      if (c == '(' || c == ')' || c == '\\') out += '\\';
      out += c >= ' ' && c <= '~' ? c : '?';
    }
    out += ") Tj T*\n";
  }
  return out + "ET\n";
}

void little(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

}  // namespace

std::string stored_zip(const std::string& name, const std::string& bytes) {
  // What the local header and the directory share: version, flags, method, time, date (1980-01-01),
  // checksum, sizes, length of the name, none of extra fields.
  std::string facts;
  little(facts, 20, 2);
  little(facts, 0, 2);
  little(facts, 0, 2);
  little(facts, 0, 2);
  little(facts, 0x21, 2);
  little(facts, crc32(bytes), 4);
  little(facts, static_cast<std::uint32_t>(bytes.size()), 4);
  little(facts, static_cast<std::uint32_t>(bytes.size()), 4);
  little(facts, static_cast<std::uint32_t>(name.size()), 2);
  little(facts, 0, 2);

  std::string out = "PK\x03\x04" + facts + name + bytes;
  const std::size_t directory = out.size();
  out += "PK\x01\x02";
  little(out, 20, 2);
  out += facts;
  out += std::string(14, '\0') + name;  // no comment, disk 0, no attributes, at offset 0
  const std::size_t length = out.size() - directory;
  out += std::string("PK\x05\x06") + std::string(4, '\0');
  little(out, 1, 2);
  little(out, 1, 2);
  little(out, static_cast<std::uint32_t>(length), 4);
  little(out, static_cast<std::uint32_t>(directory), 4);
  little(out, 0, 2);
  return out;
}

std::string small_pdf(const std::vector<std::vector<std::string>>& pages) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", "",
                                      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"};
  std::string kids;
  for (const auto& lines : pages) {
    const std::string page = std::to_string(objects.size() + 1);
    const std::string content = std::to_string(objects.size() + 2);
    kids += page + " 0 R ";
    objects.push_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] /Contents " + content +
                      " 0 R /Resources << /Font << /F1 3 0 R >> >> >>");
    const std::string stream = drawing(lines);
    objects.push_back("<< /Length " + std::to_string(stream.size()) + " >>\nstream\n" + stream +
                      "endstream");
  }
  objects[1] =
      "<< /Type /Pages /Kids [ " + kids + "] /Count " + std::to_string(pages.size()) + " >>";

  std::string out = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char row[32];
    std::snprintf(row, sizeof row, "%010zu 00000 n \n", out.size());
    table += row;
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string count = std::to_string(objects.size() + 1);
  const std::string at = std::to_string(out.size());
  return out + "xref\n0 " + count + "\n" + table + "trailer\n<< /Size " + count +
         " /Root 1 0 R >>\nstartxref\n" + at + "\n%%EOF\n";
}

}  // namespace gerbang::sandbox
