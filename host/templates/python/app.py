"""The rule `server-names`: TLS servers are called by names of ours. Not whether their certificates bear these names.

Each class is an interface of the contract in wit/. `componentize-py bindings` writes the modules that are imported here.
"""

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import rule
from wit_world.exports.tls_endpoints import Side, TlsEndpoint
from wit_world.imports.types import Finding, Part, Scan, Severity, Verdict, Verdict_Undetermined, Verdict_Violation

REMEDY = "serve names of ours, or allow the suffix in the setting suffixes"

# How the name of a server may end; `configure` sets it.
suffixes: list[str] = []


class Rule(exports.Rule):
    """What the rule is, and how it is set."""

    def describe(self) -> rule.Info:
        """What the rule says of itself."""
        return rule.Info(
            id="server-names",
            version="0.1.0",
            title="TLS servers are called by names of ours",
            statement="S1",
            rationale="a name that is not ours can be taken from us, with the traffic to it",
            severity=Severity.MEDIUM,
            settings=[
                rule.Setting("suffixes", rule.Value_Texts([".example.org"]), "How the name of a server may end.", [])
            ],
            reads=["tls-endpoints.names"],
            attributes=[("remedy", REMEDY)],
        )

    def configure(self, settings: list[tuple[str, rule.Value]]) -> None:
        """Takes the settings of keyreeve.toml, and defaults for the others. `Err` is the error."""
        global suffixes
        suffixes = dict(settings)["suffixes"].value
        if not suffixes:
            raise Err("the setting suffixes must have at least one suffix")


class TlsEndpoints(exports.TlsEndpoints):
    """The one kind of fact that the rule judges."""

    def check(self, scan: Scan, facts: list[TlsEndpoint]) -> list[Finding]:
        """An exception reaches the user as its message and place: raised as `Err`, that is the error of `check`."""
        try:
            return [finding for fact, endpoint in enumerate(facts) for finding in judge(fact, endpoint)]
        except Exception as error:
            raise Err(told(error))


def judge(fact: int, endpoint: TlsEndpoint) -> list[Finding]:
    """What there is to say of one endpoint; nothing if it passes."""
    if endpoint.side != Side.SERVER:
        return []
    # Where the field is unknown, keyreeve itself answers undetermined, since `reads` names it.
    if not endpoint.names and all(unknown.field != "names" for unknown in endpoint.unknown):
        return [about_names(fact, Verdict_Undetermined(), "the server has no name", None)]
    violation = Verdict_Violation(Severity.MEDIUM)
    return [
        about_names(fact, violation, f"the name {name} ends in none of the allowed suffixes", position)
        for position, name in enumerate(endpoint.names)
        if not name.endswith(tuple(suffixes))
    ]


def about_names(fact: int, verdict: Verdict, message: str, position: int | None) -> Finding:
    """A finding about one of the names, or about all of them."""
    return Finding(fact, Part("names", position), [], verdict, message, REMEDY, [])


def told(error: Exception) -> str:
    """An exception with its place. Not by the module traceback, which would read source files, and there are none."""
    innermost = error.__traceback__
    while innermost and innermost.tb_next:
        innermost = innermost.tb_next
    place = f" ({innermost.tb_frame.f_code.co_filename}:{innermost.tb_lineno})" if innermost else ""
    return f"{type(error).__name__}: {error}{place}"
