#!/usr/bin/env bash
# Makes the containers of this folder anew, with keys that protect nothing. Needs openssl, gpg, java and javac with Debian's libbcprov-java.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key" -subj /CN=www.example.org \
    -days 3650 -out www.pem 2>/dev/null
openssl pkcs12 -export -in www.pem -inkey "$work/key" -name www -passout pass:secret7 -out "$work/p12"
java --add-opens java.base/java.security=ALL-UNNAMED -cp /usr/share/java/bcprov.jar Stores.java "$work/p12"

# Keys of gpg-agent in its text form, plaintext and under a passphrase; the same in the canonical form; the keybox of their public halves.
export GNUPGHOME=$work/home
mkdir -m 700 "$GNUPGHOME"
trap 'gpgconf --kill all; rm -rf "$work"' EXIT
for phrase in "" secret7; do
    gpg --batch --quiet --pinentry-mode loopback --passphrase "$phrase" --quick-generate-key "example$phrase" ed25519 sign never
done
for file in "$GNUPGHOME"/private-keys-v1.d/*.key; do
    case $(cat "$file") in
    *'(protected-'*) cp "$file" protected.key ;;
    *) cp "$file" plain.key ;;
    esac
done
sed '1d; s/^Key: //' plain.key >"$work/expression"
/usr/lib/gnupg/gpg-protect-tool --canonical "$work/expression" >canonical.key
/usr/lib/gnupg/gpg-protect-tool --passphrase secret7 --protect canonical.key >canonical-protected.key
cp "$GNUPGHOME/pubring.kbx" pubring.kbx
chmod 644 ./*.key pubring.kbx
