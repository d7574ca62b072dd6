"""What badkeys says of RSA keys (a line of two hexadecimal numbers each) and hashes of other public keys (`pem FILE`), as lines of JSON."""

import json
import sys

from badkeys import checks
from badkeys.allkeys import block

hashed = []
block._loadblmeta = lambda: None
block._blmeta, block._bldata = {0: {}}, b"\0" * 16
block._checkbl = lambda data, prefix: hashed.append(prefix.hex()) or False

for line in sys.stdin:
    first, second = line.split()
    if first == "pem":
        hashed.clear()
        checks.checkpubkey(open(second).read(), checks=["blocklist"])
        print(json.dumps({"hash": hashed[0]}))
    else:
        names = ["fermat", "roca", "rsapoly", "smallfactors", "smalld", "sharedprimes"]
        found = checks.checkrsa(int(first, 16), e=int(second, 16), checks=names)
        print(json.dumps({check: {field: str(value) for field, value in of.items()} for check, of in found.items()}))
