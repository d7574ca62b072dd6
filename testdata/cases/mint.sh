#!/usr/bin/env bash
# Mints every certificate and key of these cases anew: throw-away ones, which protect nothing anywhere. A key or
# certificate stands under a text dump of itself. Needs openssl 3, ssh-keygen, puttygen, age-keygen, wg and gpg. Dates are fixed, keys are not;
# expectations depend on neither the keys nor their fingerprints.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WORK=$work
: >"$work/index.txt"
cat >"$work/ca.cnf" <<'CNF'
[ca]
default_ca = cases
[cases]
database = $ENV::WORK/index.txt
serial = $ENV::WORK/serial
new_certs_dir = $ENV::WORK
unique_subject = no
policy = anything
[anything]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:www.example.org
CNF

quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }; }

# key NAME ALGORITHM [OPTION…]: a private key at $work/NAME.key
key() {
  local name=$1 algorithm=$2 options=()
  shift 2
  for option in "$@"; do options+=(-pkeyopt "$option"); done
  quietly openssl genpkey -algorithm "$algorithm" "${options[@]}" -out "$work/$name.key"
}

# dsa NAME BITS
dsa() {
  quietly openssl genpkey -genparam -algorithm DSA -pkeyopt "dsa_paramgen_bits:$2" -out "$work/$1.params"
  quietly openssl genpkey -paramfile "$work/$1.params" -out "$work/$1.key"
}

# public NAME FILE: the public half under its dump
public() { { openssl pkey -in "$work/$1.key" -noout -text_pub; openssl pkey -in "$work/$1.key" -pubout; } >"$2"; }

# spki OID FILE BYTES: a public key of an algorithm that openssl cannot make, with random bytes for the key
spki() {
  printf 'asn1=SEQUENCE:key\n[key]\nalgorithm=SEQUENCE:algorithm\nkey=FORMAT:HEX,BITSTRING:%s\n[algorithm]\nid=OID:%s\n' \
    "$(openssl rand -hex "$3")" "$1" >"$work/spki.cnf"
  quietly openssl asn1parse -genconf "$work/spki.cnf" -noout -out "$work/spki.der"
  { openssl asn1parse -inform DER -in "$work/spki.der"
    echo "-----BEGIN PUBLIC KEY-----"; openssl base64 -in "$work/spki.der"; echo "-----END PUBLIC KEY-----"; } >"$2"
}

# certify EXTENSIONS DIGEST FROM TO ISSUER KEY FILE [OPTION…]: ISSUER is a name under $work, or `self`
certify() {
  local extensions=$1 digest=$2 from=$3 to=$4 issuer=$5 name=$6 file=$7
  shift 7
  local by=(-cert "$work/$issuer.crt" -keyfile "$work/$issuer.key")
  [ "$issuer" = self ] && by=(-selfsign -keyfile "$work/$name.key")
  : >"$work/index.txt"
  echo 1001 >"$work/serial"
  quietly openssl req -new -key "$work/$name.key" -subj "/CN=${name}.example.org" -out "$work/$name.csr"
  quietly openssl ca -batch -notext -config "$work/ca.cnf" -extensions "$extensions" -md "$digest" \
    -startdate "$from" -enddate "$to" "${by[@]}" "$@" -in "$work/$name.csr" -out "$work/$name.crt"
  openssl x509 -in "$work/$name.crt" -text >"$file"
}

# server DIGEST KEY FILE [OPTION…]: an ordinary certificate by the authority of these cases
server() {
  local digest=$1 name=$2 file=$3
  shift 3
  certify leaf "$digest" 20261101000000Z 20270129235959Z root "$name" "$file" "$@"
}

key root EC ec_paramgen_curve:P-384
certify authority sha384 20240108000000Z 20340107235959Z self root "$work/root.pem"
key ed25519 ED25519
key p256 EC ec_paramgen_curve:P-256
key rsa3072 RSA rsa_keygen_bits:3072
key rsa2048 RSA rsa_keygen_bits:2048
key rsa1024 RSA rsa_keygen_bits:1024
dsa dsa2048 2048

echo "key-size"
public ed25519 key-size/pass-ed25519/key.pem
public rsa3072 key-size/pass-rsa-3072/key.pem
openssl req -new -key "$work/p256.key" -subj /CN=www.example.org -text -out key-size/pass-request-on-p-256/www.csr
spki 2.16.840.1.101.3.4.3.18 key-size/pass-post-quantum/ml-dsa-65.pem 1952
spki 1.2.643.7.1.1.1.1 key-size/pass-allowed-algorithm/gost.pem 66
server sha256 rsa1024 key-size/fail-rsa-1024/server.pem
public rsa2048 key-size/fail-rsa-2048/key.pem
key rsa3076 RSA rsa_keygen_bits:3076
public rsa3076 key-size/fail-rsa-no-multiple-of-8/key.pem
key rsa-e3 RSA rsa_keygen_bits:3072 rsa_keygen_pubexp:3
public rsa-e3 key-size/fail-exponent-3/key.pem
key p192 EC ec_paramgen_curve:prime192v1
public p192 key-size/fail-curve-of-192-bits/key.pem
public dsa2048 key-size/fail-dsa/key.pem
spki 1.2.643.7.1.1.1.1 key-size/undetermined-algorithm/gost.pem 66
key explicit EC ec_paramgen_curve:P-256 ec_param_enc:explicit
public explicit key-size/undetermined-explicit-curve/key.pem
openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -passout pass:example -in "$work/ed25519.key" \
  -out key-size/undetermined-encrypted/key.pem

echo "certificate-algorithm"
server sha256 rsa3072 certificate-algorithm/pass-sha256/server.pem
key authority25519 ED25519
certify authority default 20240108000000Z 20340107235959Z self authority25519 "$work/authority25519.pem"
certify leaf default 20261101000000Z 20270129235959Z authority25519 p256 certificate-algorithm/pass-ed25519/server.pem
key old RSA rsa_keygen_bits:2048
certify authority sha1 20120301000000Z 20320229235959Z self old certificate-algorithm/pass-root-signs-itself/root.pem
certify leaf ripemd160 20261101000000Z 20270129235959Z old p256 certificate-algorithm/pass-allowed-by-name/server.pem
certify leaf md5 20261101000000Z 20270129235959Z old p256 certificate-algorithm/fail-md5/server.pem
certify leaf sha1 20261101000000Z 20270129235959Z old p256 certificate-algorithm/fail-sha1/server.pem
certify leaf sha1 20261101000000Z 20270129235959Z root p256 certificate-algorithm/fail-ecdsa-with-sha1/server.pem
certify leaf sha1 20261101000000Z 20270129235959Z old p256 certificate-algorithm/fail-pss-over-sha1/server.pem \
  -sigopt rsa_padding_mode:pss
certify leaf sha256 20261101000000Z 20270129235959Z self dsa2048 certificate-algorithm/fail-dsa/server.pem
certify leaf ripemd160 20261101000000Z 20270129235959Z old p256 certificate-algorithm/undetermined-ripemd160/server.pem

echo "rotation-age"
# leaf CASE FROM TO
leaf() { certify leaf sha256 "$2" "$3" root p256 "rotation-age/$1/www.crt"; }
leaf pass-ninety-days-old 20260825000000Z 20261123000000Z
leaf fail-ninety-one-days-old 20260824000000Z 20261130000000Z
leaf fail-valid-for-a-year 20261101000000Z 20271101000000Z
leaf fail-expired 20261001000000Z 20261122235959Z
leaf pass-rotated-by-the-inventory 20260101000000Z 20270110000000Z
leaf fail-rotated-too-long-ago 20261101000000Z 20261201000000Z
leaf pass-fixture 20160101000000Z 20360101000000Z
leaf undetermined-no-environment 20260101000000Z 20270110000000Z
certify leaf sha256 20261101000000Z 20270129235959Z root rsa3072 rotation-age/undetermined-no-environment/api.crt
cp "$work/root.pem" rotation-age/pass-authority/root.crt

echo "key-inventory"
for case in pass-key-named-by-its-path fail-key-that-no-entry-names; do
  openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -passout pass:example -in "$work/p256.key" \
    -out "key-inventory/$case/tls/www.key"
done

echo "plaintext-key"
public rsa3072 plaintext-key/pass-public-key/key.pem
cp key-size/pass-request-on-p-256/www.csr plaintext-key/pass-request/www.csr
openssl rsa -in "$work/rsa2048.key" -traditional -aes128 -passout pass:example 2>"$work/log" \
  -out plaintext-key/pass-encrypted-fixture/test.key
openssl pkcs8 -topk8 -nocrypt -in "$work/p256.key" -out plaintext-key/fail-fixture/test.key
cp "$work/rsa2048.key" plaintext-key/fail-pkcs8/server.key
openssl ec -in "$work/p256.key" -out plaintext-key/fail-sec1/server.key 2>"$work/log"
rm -f plaintext-key/fail-openssh/id_ed25519*
quietly ssh-keygen -q -t ed25519 -N "" -C deploy@example.org -f plaintext-key/fail-openssh/id_ed25519
rm -f plaintext-key/fail-openssh-under-a-passphrase/id_ed25519*
quietly ssh-keygen -q -t ed25519 -N example -a 24 -C deploy@example.org -f plaintext-key/fail-openssh-under-a-passphrase/id_ed25519
openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout pass:example -in "$work/p256.key" \
  -out plaintext-key/fail-strong-passphrase/server.key
{ printf 'apiVersion: v1\nkind: ConfigMap\ndata:\n  server.key: |\n'
  sed 's/^/    /' "$work/p256.key"; } >plaintext-key/fail-indented-in-yaml/config.yaml
printf '\n' >"$work/none"
printf 'example\n' >"$work/phrase"
# putty PHRASE PARAMETERS FILE: a key of PuTTY
putty() {
  quietly puttygen -q -t ed25519 -C deploy@example.org --new-passphrase "$work/$1" --ppk-param "$2" -o "$3"
}
putty none version=3 plaintext-key/fail-putty/deploy.ppk
quietly age-keygen -o "$work/age.txt"
cp "$work/age.txt" plaintext-key/fail-age-identity/keys.txt
printf 'creation_rules:\n  - age: %s\n' "$(sed -n 's/^# public key: //p' "$work/age.txt")" >plaintext-key/pass-age-recipient/.sops.yaml
printf '[Interface]\nAddress = 192.0.2.1/24\nPrivateKey = %s\n\n[Peer]\nPublicKey = %s\nPresharedKey = %s\n' \
  "$(wg genkey)" "$(wg genkey | wg pubkey)" "$(wg genpsk)" >plaintext-key/fail-wireguard/wg0.conf
openssl rand 32 | openssl base64 -A | tr '+/' '-_' | tr -d '=' >"$work/oct"
printf '{"keys": [{"kty": "oct", "use": "sig", "alg": "HS256", "kid": "2026-11", "iat": 1793491200, "k": "%s"}]}\n' \
  "$(cat "$work/oct")" >plaintext-key/fail-symmetric-jwk/jwks.json
# openpgp FILE PROTECTION: an armored secret key of gpg
openpgp() {
  rm -rf "$work/gnupg" && mkdir -m 700 "$work/gnupg"
  printf 'Key-Type: EDDSA\nKey-Curve: ed25519\nName-Real: Example\nExpire-Date: 90d\n%s\n%%commit\n' "$2" >"$work/gpg"
  quietly gpg --homedir "$work/gnupg" --batch --pinentry-mode loopback --passphrase example --gen-key "$work/gpg"
  quietly gpg --homedir "$work/gnupg" --batch --pinentry-mode loopback --passphrase example --yes --armor -o "$1" --export-secret-keys
  gpgconf --homedir "$work/gnupg" --kill all
}
openpgp plaintext-key/fail-openpgp/release.asc %no-protection

echo "deprecated-algorithm"
# pkcs8 CASE OPTION…: the key on P-256, encrypted
pkcs8() {
  local case=$1
  shift
  openssl pkcs8 -topk8 "$@" -passout pass:example -in "$work/p256.key" -out "deprecated-algorithm/$case/server.key"
}
pkcs8 pass-strong-passphrase -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000
pkcs8 pass-scrypt -scrypt
pkcs8 fail-few-iterations -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 2048
pkcs8 fail-pkcs12-scheme -v1 PBE-SHA1-3DES
pkcs8 fail-broken-cipher -v1 PBE-SHA1-RC4-128 -provider legacy -provider default
openssl rsa -in "$work/rsa2048.key" -traditional -aes256 -passout pass:example 2>"$work/log" \
  -out deprecated-algorithm/fail-pem-encryption/server.key
cp "$work/rsa2048.key" deprecated-algorithm/pass-plaintext/server.key
putty phrase version=3 deprecated-algorithm/pass-putty-version-3/deploy.ppk
putty phrase version=2 deprecated-algorithm/fail-putty-version-2/deploy.ppk
openpgp deprecated-algorithm/fail-openpgp-over-sha1/release.asc ''
pkcs8 undetermined-unknown-scheme -v2 aes-256-cbc -outform DER
# An arc of the scheme's identifier becomes one that nobody has given away.
printf '\x63' | dd of=deprecated-algorithm/undetermined-unknown-scheme/server.key bs=1 seek=15 conv=notrunc 2>"$work/log"
