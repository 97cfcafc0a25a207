#include "gateway/api/openapi.hpp"

#include <algorithm>
#include <cctype>

namespace gerbang::api {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

json::Value reference(std::string_view kind, std::string_view name) {
  return json::object({{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}});
}

// Our own literals: one that does not parse is a bug found by the first test.
json::Value literal(std::string_view text) {
  json::Limits limits;
  limits.values = 100'000;
  return json::parse(text, limits).value();
}

json::Value content(const Content& c, const std::vector<Content>& or_else = {}) {
  json::Object out;
  const auto add = [&out](const Content& one) {
    json::Object media;
    if (!one.schema.empty()) media.append("schema", reference("schemas", one.schema));
    out.append(std::string(one.type), std::move(media));
  };
  add(c);
  for (const Content& other : or_else) add(other);
  return out;
}

json::Value header_parameter(std::string_view name, std::string_view description, bool required) {
  return json::object({{"name", name},
                       {"in", "header"},
                       {"required", required},
                       {"description", description},
                       {"schema", json::object({{"type", "string"}})}});
}

json::Array parameters_of(const Route& route, const std::string& path) {
  json::Array out;
  for (std::size_t open = path.find('{'); open != std::string::npos;
       open = path.find('{', open + 1)) {
    const auto close = path.find('}', open);
    out.push_back(json::object({{"name", path.substr(open + 1, close - open - 1)},
                                {"in", "path"},
                                {"required", true},
                                {"schema", json::object({{"type", "string"}})}}));
  }
  for (const QueryParameter& p : route.operation.query) {
    out.push_back(json::object({{"name", p.name},
                                {"in", "query"},
                                {"description", p.description},
                                {"schema", literal(p.schema)}}));
  }
  if (route.operation.takes_if_match) {
    out.push_back(header_parameter("If-Match", "The ETag that must still hold, or *", false));
    out.push_back(header_parameter("If-None-Match", "*: the product must not exist yet", false));
  }
  if (route.writes()) {
    out.push_back(header_parameter("Idempotency-Key",
                                   "1 to 255 visible ASCII characters, kept 7 days: a repeat gets "
                                   "the same answer and has no second effect",
                                   route.operation.needs_idempotency_key));
  }
  out.push_back(header_parameter("Accept-Language", "id (default) or en", false));
  return out;
}

json::Value responses_of(const Route& route) {
  json::Object out;
  for (const Answer& a : route.operation.answers) {
    json::Object one;
    one.append("description", a.description);
    if (!a.content.type.empty()) one.append("content", content(a.content, a.or_else));
    out.set(std::to_string(a.status), std::move(one));
  }
  for (const int status : problem_statuses(route)) {
    const std::string key = std::to_string(status);
    if (!out.find(key)) out.append(key, reference("responses", "Problem"));
  }
  return out;
}

json::Value operation_of(const Route& route, const std::string& path) {
  const Operation& o = route.operation;
  json::Object out;
  out.append("operationId", o.id);
  out.append("tags", json::array({o.tag}));
  out.append("summary", o.summary);
  json::Array security;
  if (route.scope == Scope::admin) {
    security.push_back(json::object({{"host_key", json::Array()}}));
  } else if (route.scope != Scope::open) {
    security.push_back(json::object({{"organisation_key", json::Array()}}));
  }
  out.append("security", std::move(security));
  out.append("parameters", parameters_of(route, path));
  if (!o.request.type.empty()) {
    out.append("requestBody",
               json::object({{"required", o.request.required}, {"content", content(o.request)}}));
  }
  out.append("responses", responses_of(route));
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string_view who(Scope scope) {
  switch (scope) {
    case Scope::open:
      return "anyone";
    case Scope::read:
      return "key with scope read";
    case Scope::write:
      return "key with scope write";
    case Scope::admin:
      return "the host's key";
  }
  return "";
}

std::string described(const Content& c) {
  if (c.type.empty()) return "nothing";
  std::string out = escaped(c.type);
  if (!c.schema.empty()) {
    out += ": <a href=\"#schema-" + std::string(c.schema) + "\">" + std::string(c.schema) + "</a>";
  }
  return out;
}

std::string entry(const Route& route) {
  const Operation& o = route.operation;
  std::string out = "<details id=\"" + std::string(o.id) + "\"><summary><b>" +
                    std::string(to_string(route.method)) + "</b> <code>" +
                    documented_path(route.path) + "</code> " + escaped(o.summary) +
                    "</summary><ul><li>For: " + std::string(who(route.scope)) + "</li>";
  for (const QueryParameter& p : o.query) {
    out += "<li>Query <code>" + std::string(p.name) + "</code>: " + escaped(p.description) +
           " <code>" + escaped(p.schema) + "</code></li>";
  }
  if (!o.request.type.empty()) out += "<li>Takes " + described(o.request) + "</li>";
  for (const Answer& a : o.answers) {
    out += "<li>" + std::to_string(a.status) + " " + escaped(a.description) + " (" +
           described(a.content) + ")</li>";
  }
  out += "<li>Problems:";
  for (const int status : problem_statuses(route)) out += " " + std::to_string(status);
  return out + "</li></ul></details>\n";
}

}  // namespace

std::string documented_path(std::string_view path) {
  std::string out(path);
  if (const auto dots = out.find("..."); dots != std::string::npos) out.erase(dots, 3);
  return out;
}

json::Value openapi_document(const std::vector<Route>& routes) {
  json::Object paths;
  for (const Route& route : routes) {
    const std::string path = documented_path(route.path);
    if (!paths.find(path)) paths.append(path, json::Object());
    paths.find(path)->as_object()->append(lower(to_string(route.method)),
                                          operation_of(route, path));
  }
  const json::Value bearer = json::object({{"type", "http"}, {"scheme", "bearer"}});
  const json::Value problem = json::object(
      {{"description", "What went wrong and what to do about it (RFC 9457)"},
       {"content", json::object({{"application/problem+json",
                                  json::object({{"schema", reference("schemas", "Problem")}})}})}});
  return json::object(
      {{"openapi", "3.1.0"},
       {"info", json::object({{"title", "gerbang"},
                              {"version", GERBANG_VERSION},
                              {"description",
                               "One catalogue, every marketplace. Money is in minor units with its "
                               "currency, quantities are whole base units, times are RFC 3339 in "
                               "UTC."}})},
       {"paths", std::move(paths)},
       {"components", json::object({{"schemas", literal(schemas_text())},
                                    {"responses", json::object({{"Problem", problem}})},
                                    {"securitySchemes", json::object({{"organisation_key", bearer},
                                                                      {"host_key", bearer}})}})}});
}

std::string docs_page(const std::vector<Route>& routes) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>gerbang API</title><style>body{font:16px/1.5 sans-serif;max-width:60em;"
      "margin:2em auto;padding:0 1em}pre{overflow:auto;background:#f4f4f4;padding:1em}"
      "summary{cursor:pointer}</style><h1>gerbang API</h1>"
      "<p>Send <code>Authorization: Bearer &lt;key&gt;</code>. "
      "The same as data: <a href=\"/openapi.json\">/openapi.json</a></p>\n";
  std::string_view tag;
  for (const Route& route : routes) {
    if (route.operation.tag != tag) {
      tag = route.operation.tag;
      out += "<h2>" + std::string(tag) + "</h2>\n";
    }
    out += entry(route);
  }
  out += "<h2>Schemas</h2>\n";
  const json::Value schemas = literal(schemas_text());
  for (const auto& [name, schema] : schemas.members()) {
    out += "<h3 id=\"schema-" + name + "\">" + name + "</h3><pre>" + escaped(json::dump(schema)) +
           "</pre>\n";
  }
  return out + "</html>\n";
}

}  // namespace gerbang::api
