// Code Town's rule `owner-on-staff`: whoever owns a key is on the town's staff list. Not whether there is an owner at
// all: that is the rule key-inventory.

/** Teams and people; `configure` sets them. */
let staff = [];

export const rule = {
  describe() {
    return {
      id: "owner-on-staff",
      version: "1.0.0",
      title: "whoever owns a key is on the staff list",
      statement: "S8",
      rationale: "the owner is whom one asks when a key must go; nobody answers for a team that is gone",
      severity: "medium",
      settings: [
        {
          name: "staff",
          default: { tag: "texts", val: [] },
          doc: "Teams and people who may own keys; as long as it names none, nobody may.",
          attributes: [],
        },
      ],
      reads: ["inventory.owner"],
      attributes: [["remedy", REMEDY]],
    };
  },

  configure(settings) {
    staff = settings.find(([name]) => name === "staff")[1].val;
  },
};

const REMEDY = "find out who uses the key, and make them its owner";

export const inventory = {
  check(scan, facts) {
    return facts.flatMap((entry, fact) =>
      entry.owner === "" || staff.includes(entry.owner)
        ? []
        : [
            {
              fact,
              part: { field: "owner", position: null },
              related: [],
              verdict: { tag: "violation", val: "medium" },
              message: `${entry.owner} is not on the staff list`,
              remedy: REMEDY,
              attributes: [],
            },
          ],
    );
  },
};
