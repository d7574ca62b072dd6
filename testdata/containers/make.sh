#!/usr/bin/env bash
# Makes the containers of this folder anew, with keys that protect nothing. Needs openssl, java and javac with Debian's libbcprov-java.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key" -subj /CN=www.example.org \
    -days 3650 -out www.pem 2>/dev/null
openssl pkcs12 -export -in www.pem -inkey "$work/key" -name www -passout pass:secret7 -out "$work/p12"
java --add-opens java.base/java.security=ALL-UNNAMED -cp /usr/share/java/bcprov.jar Stores.java "$work/p12"
