// The rule `server-names`: TLS servers are called by names of ours. Not whether their certificates bear these names.
//
// Each function is one of the contract in wit/, as bindings/tls_endpoints_rule.h declares it. What a function is handed is its own
// to keep; nothing is ever freed, since keyreeve makes a new instance for every few facts and throws it away.

#include <stdlib.h>
#include <string.h>

#include "tls_endpoints_rule.h"

typedef tls_endpoints_rule_string_t string;
typedef exports_keyreeve_policy_tls_endpoints_tls_endpoint_t tls_endpoint;
typedef exports_keyreeve_policy_tls_endpoints_finding_t finding;

static const char REMEDY[] = "serve names of ours, or allow the suffix in the setting suffixes";

// How the name of a server may end; configure sets it.
static tls_endpoints_rule_list_string_t suffixes;

// Tells the user why the rule cannot go on, and where, and ends it.
#define PANIC(message) panic(__FILE__ ":" STRING(__LINE__) ": " message)
#define STRING(line) STRING_OF(line)
#define STRING_OF(line) #line

static string text(const char *literal) { return (string){(uint8_t *)literal, strlen(literal)}; }

static _Noreturn void panic(const char *message) {
  string told = text(message);
  keyreeve_policy_diagnostics_panic(&told);
  abort();
}

static bool equals(string one, const char *other) {
  return one.len == strlen(other) && memcmp(one.ptr, other, one.len) == 0;
}

static bool ends_with(string name, string suffix) {
  return name.len >= suffix.len && memcmp(name.ptr + (name.len - suffix.len), suffix.ptr, suffix.len) == 0;
}

static string concatenate(string a, string b, string c) {
  string whole = {malloc(a.len + b.len + c.len), a.len + b.len + c.len};
  memcpy(whole.ptr, a.ptr, a.len);
  memcpy(whole.ptr + a.len, b.ptr, b.len);
  memcpy(whole.ptr + a.len + b.len, c.ptr, c.len);
  return whole;
}

// What the rule says of itself.
void exports_keyreeve_policy_rule_describe(exports_keyreeve_policy_rule_info_t *info) {
  static string allowed[1], reads[1];
  static exports_keyreeve_policy_rule_setting_t settings[1];
  static tls_endpoints_rule_tuple2_string_string_t attributes[1];
  allowed[0] = text(".example.org");
  reads[0] = text("tls-endpoints.names");
  settings[0] = (exports_keyreeve_policy_rule_setting_t){
      .name = text("suffixes"),
      .default_ = {.tag = EXPORTS_KEYREEVE_POLICY_RULE_VALUE_TEXTS, .val.texts = {allowed, 1}},
      .doc = text("How the name of a server may end."),
  };
  attributes[0] = (tls_endpoints_rule_tuple2_string_string_t){text("remedy"), text(REMEDY)};
  *info = (exports_keyreeve_policy_rule_info_t){
      .id = text("server-names"),
      .version = text("0.1.0"),
      .title = text("TLS servers are called by names of ours"),
      .statement = text("S1"),
      .rationale = text("a name that is not ours can be taken from us, with the traffic to it"),
      .severity = KEYREEVE_POLICY_TYPES_SEVERITY_MEDIUM,
      .settings = {settings, 1},
      .reads = {reads, 1},
      .attributes = {attributes, 1},
  };
}

// Takes the settings of keyreeve.toml, and defaults for the others. False means the error.
bool exports_keyreeve_policy_rule_configure(
    exports_keyreeve_policy_rule_list_tuple2_string_value_t *settings, string *error) {
  if (settings->len != 1 || !equals(settings->ptr[0].f0, "suffixes")) PANIC("the rule has one setting: suffixes");
  suffixes = settings->ptr[0].f1.val.texts;
  if (suffixes.len > 0) return true;
  *error = text("the setting suffixes must have at least one suffix");
  return false;
}

// A finding about one of the names, or about all of them.
static finding about_names(uint32_t fact, tls_endpoints_rule_option_u32_t position, string message) {
  return (finding){
      .fact = fact,
      .part = {true, {text("names"), position}},
      .verdict = {KEYREEVE_POLICY_TYPES_VERDICT_VIOLATION, {KEYREEVE_POLICY_TYPES_SEVERITY_MEDIUM}},
      .message = message,
      .remedy = text(REMEDY),
  };
}

static bool is_allowed(string name) {
  for (size_t i = 0; i < suffixes.len; i++)
    if (ends_with(name, suffixes.ptr[i])) return true;
  return false;
}

static bool is_unknown(const tls_endpoint *endpoint, const char *field) {
  for (size_t i = 0; i < endpoint->unknown.len; i++)
    if (equals(endpoint->unknown.ptr[i].field, field)) return true;
  return false;
}

// Writes what there is to say of one endpoint, nothing if it passes, and returns how many findings these are.
static size_t judge(uint32_t fact, const tls_endpoint *endpoint, finding *findings) {
  size_t count = 0;
  if (endpoint->side != EXPORTS_KEYREEVE_POLICY_TLS_ENDPOINTS_SIDE_SERVER) return count;
  // Where the field is unknown, keyreeve itself answers undetermined, since `reads` names it.
  if (endpoint->names.len == 0 && !is_unknown(endpoint, "names")) {
    finding nameless = about_names(fact, (tls_endpoints_rule_option_u32_t){0}, text("the server has no name"));
    nameless.verdict.tag = KEYREEVE_POLICY_TYPES_VERDICT_UNDETERMINED;
    findings[count++] = nameless;
  }
  for (uint32_t i = 0; i < endpoint->names.len; i++) {
    string name = endpoint->names.ptr[i];
    if (is_allowed(name)) continue;
    string message = concatenate(text("the name "), name, text(" ends in none of the allowed suffixes"));
    findings[count++] = about_names(fact, (tls_endpoints_rule_option_u32_t){true, i}, message);
  }
  return count;
}

// The one kind of fact that the rule judges: TLS endpoints. False means the error.
bool exports_keyreeve_policy_tls_endpoints_check(
    exports_keyreeve_policy_tls_endpoints_scan_t *scan,
    exports_keyreeve_policy_tls_endpoints_list_tls_endpoint_t *facts,
    exports_keyreeve_policy_tls_endpoints_list_finding_t *findings, string *error) {
  (void)scan, (void)error;
  size_t most = 0;
  for (size_t i = 0; i < facts->len; i++) most += facts->ptr[i].names.len + 1;
  findings->ptr = malloc(most * sizeof(finding));
  findings->len = 0;
  for (uint32_t i = 0; i < facts->len; i++)
    findings->len += judge(i, &facts->ptr[i], findings->ptr + findings->len);
  return true;
}
