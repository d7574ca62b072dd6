// The rule `server-names`: TLS servers are called by names of ours. Not whether their certificates bear these names.
//
// Each export is an interface of the contract in wit/; contract.d.ts has its types.

import type { Finding, Info, Rule, Judge, Setting, TlsEndpoint, Value, Verdict } from "./contract";

const REMEDY = "serve names of ours, or allow the suffix in the setting suffixes";

const SUFFIXES: Setting = {
  name: "suffixes",
  default: { tag: "texts", val: [".example.org"] },
  doc: "How the name of a server may end.",
  attributes: [],
};

/** How the name of a server may end; `configure` sets it. */
let suffixes: string[] = [];

/** What the rule is, and how it is set. */
export const rule: Rule = {
  /** What the rule says of itself. */
  describe(): Info {
    return {
      id: "server-names",
      version: "0.1.0",
      title: "TLS servers are called by names of ours",
      statement: "S1",
      rationale: "a name that is not ours can be taken from us, with the traffic to it",
      severity: "medium",
      settings: [SUFFIXES],
      reads: ["tls-endpoints.names"],
      attributes: [["remedy", REMEDY]],
    };
  },

  /** Takes the settings of keyreeve.toml, and defaults for the others. A text that is thrown is the error. */
  configure(settings: [string, Value][]): void {
    const value = new Map(settings).get("suffixes");
    if (value?.tag !== "texts" || value.val.length === 0) {
      throw "the setting suffixes must have at least one suffix";
    }
    suffixes = value.val;
  },
};

/** The one kind of fact that the rule judges: TLS endpoints. */
export const tlsEndpoints: Judge<TlsEndpoint> = {
  check(_scan, facts) {
    return telling(() => facts.flatMap(judge));
  },
};

/** What there is to say of one endpoint; nothing if it passes. */
function judge(endpoint: TlsEndpoint, fact: number): Finding[] {
  if (endpoint.side !== "server") {
    return [];
  }
  const about = (verdict: Verdict, message: string, position: number | null): Finding => ({
    fact,
    part: { field: "names", position },
    related: [],
    verdict,
    message,
    remedy: REMEDY,
    attributes: [],
  });
  // Where the field is unknown, keyreeve itself answers undetermined, since `reads` names it.
  if (endpoint.names.length === 0 && !endpoint.unknown.some(({ field }) => field === "names")) {
    return [about({ tag: "undetermined" }, "the server has no name", null)];
  }
  return endpoint.names.flatMap((name, position) =>
    suffixes.some((suffix) => name.endsWith(suffix))
      ? []
      : [about({ tag: "violation", val: "medium" }, `the name ${name} ends in none of the allowed suffixes`, position)],
  );
}

/** An exception reaches the user as its message and place: thrown as a text, it is the error of `check`. */
function telling<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Error ? `${error} ${error.stack?.trim().split("\n", 1)[0] ?? ""}`.trim() : String(error);
  }
}
