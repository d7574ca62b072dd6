"""What badkeys says of RSA keys (a line of two hexadecimal numbers, or `certificate FILE`) and what it hashes of others (`pem FILE`), as
lines of JSON."""

import json
import sys

from badkeys import checks
from badkeys.allkeys import block

hashed = []
block._loadblmeta = lambda: None
block._blmeta, block._bldata = {0: {}}, b"\0" * 16
block._checkbl = lambda data, prefix: hashed.append(prefix.hex()) or False

names = ["fermat", "roca", "rsapoly", "smallfactors", "smalld", "sharedprimes"]


def told(found):
    print(json.dumps({check: {field: str(value) for field, value in of.items()} for check, of in found.items()}))


for line in sys.stdin:
    first, second = line.rstrip("\n").split(" ", 1)
    if first == "pem":
        hashed.clear()
        checks.checkpubkey(open(second).read(), checks=["blocklist"])
        print(json.dumps({"hash": hashed[0]}))
    elif first == "certificate":
        try:
            answer = checks.checkcrt(open(second, errors="replace").read(), checks=names)
        except Exception:  # It reads less than keyreeve does.
            answer = {"type": "unreadable"}
        told(answer["results"] if answer["type"] == "rsa" else {"none": {}})
    else:
        told(checks.checkrsa(int(first, 16), e=int(second, 16), checks=names))
