// The rule `server-names`: TLS servers are called by names of ours. Not whether their certificates bear these names.
//
// Each export is an interface of the contract in wit/. Names of several words are written in camelCase.

/** How the name of a server may end; `configure` sets it. */
let suffixes = [];

/** What the rule is, and how it is set. */
export const rule = {
  /** What the rule says of itself. */
  describe() {
    return {
      id: "server-names",
      version: "0.1.0",
      title: "TLS servers are called by names of ours",
      statement: "S1",
      rationale: "a name that is not ours can be taken from us, with the traffic to it",
      severity: "medium",
      settings: [
        {
          name: "suffixes",
          default: { tag: "texts", val: [".example.org"] },
          doc: "How the name of a server may end.",
          attributes: [],
        },
      ],
      reads: ["tls-endpoints.names"],
      attributes: [["remedy", REMEDY]],
    };
  },

  /** Takes the settings of keyreeve.toml, and defaults for the others. A text that is thrown is the error. */
  configure(settings) {
    suffixes = settings.find(([name]) => name === "suffixes")[1].val;
    if (suffixes.length === 0) {
      throw "the setting suffixes must have at least one suffix";
    }
  },
};

/** What to do about a violation. */
const REMEDY = "serve names of ours, or allow the suffix in the setting suffixes";

/** One kind of fact that the rule judges: TLS endpoints. */
export const tlsEndpoints = {
  check(scan, facts) {
    return telling(() => facts.flatMap((endpoint, fact) => judge(endpoint).map((finding) => ({ fact, ...finding }))));
  },
};

/** What there is to say of one endpoint; nothing if it passes. */
function judge(endpoint) {
  if (endpoint.side !== "server") {
    return [];
  }
  // Where the field is unknown, keyreeve itself answers undetermined, since `reads` names it.
  if (endpoint.names.length === 0 && !endpoint.unknown.some(({ field }) => field === "names")) {
    return [finding({ tag: "undetermined" }, "the server has no name", null)];
  }
  return endpoint.names.flatMap((name, position) =>
    suffixes.some((suffix) => name.endsWith(suffix))
      ? []
      : [
          finding(
            { tag: "violation", val: "medium" },
            `the name ${name} ends in none of the allowed suffixes`,
            position,
          ),
        ],
  );
}

/** A finding about one of the names, or about all of them. */
function finding(verdict, message, position) {
  return { part: { field: "names", position }, related: [], verdict, message, remedy: REMEDY, attributes: [] };
}

/** An exception reaches the user as its message and place: thrown as a text, it is the error of `check`. */
function telling(work) {
  try {
    return work();
  } catch (error) {
    throw `${error} ${error.stack?.trim().split("\n", 1)[0] ?? ""}`.trim();
  }
}
