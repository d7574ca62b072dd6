#!/usr/bin/env bash
# Mints every certificate and key of these cases anew: throw-away ones, which protect nothing anywhere. A key or
# certificate stands under a text dump of itself. Needs openssl 3 and ssh-keygen. Dates are fixed, keys are not;
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
[with_addresses]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:www.example.org
crlDistributionPoints = URI:http://crl.example.org/issuing.crl
authorityInfoAccess = OCSP;URI:http://ocsp.example.org
[with_unusable_addresses]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:www.example.org
crlDistributionPoints = URI:ldap:///CN=Issuing, URI:http://localhost/issuing.crl
[without_revocation]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:www.example.org
2.5.29.56 = DER:0500
[crl]
authorityKeyIdentifier = keyid
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

# revocation_list DIGEST FROM TO ISSUER FILE [SERIAL]: a list under its dump, which revokes the certificate of that serial number
revocation_list() {
  : >"$work/index.txt"
  [ $# -lt 6 ] || printf 'R\t270129235959Z\t261110120000Z\t%s\tunknown\t/CN=revoked.example.org\n' "$6" >"$work/index.txt"
  quietly openssl ca -config "$work/ca.cnf" -gencrl -crlexts crl -md "$1" -crl_lastupdate "$2" -crl_nextupdate "$3" \
    -cert "$work/$4.crt" -keyfile "$work/$4.key" -out "$work/list.crl"
  openssl crl -in "$work/list.crl" -text >"$5"
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
openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe3072 -out key-size/pass-dh-parameters-3072/dh.pem
openssl genpkey -genparam -algorithm DH -pkeyopt group:modp_1536 -out key-size/fail-dh-parameters-1536/dh.pem

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
certify leaf sha256 20261101000000Z 20270129235959Z old p256 certificate-algorithm/fail-pss-masked-with-sha1/server.pem \
  -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha1
revocation_list sha1 20261101000000Z 20270129235959Z old certificate-algorithm/fail-revocation-list-over-sha1/old.crl
revocation_list sha384 20261101000000Z 20270129235959Z root certificate-algorithm/pass-revocation-list/root.crl
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
leaf fail-about-to-expire 20260901000000Z 20261129000000Z
leaf fail-begins-later 20261201000000Z 20270129235959Z
leaf fail-ends-before-it-begins 20261101000000Z 20261001000000Z
cp "$work/root.pem" rotation-age/pass-authority/root.crt

echo "revocation"
# revocable CASE EXTENSIONS FROM TO
revocable() { certify "$2" sha256 "$3" "$4" root p256 "revocation/$1/www.crt"; }
revocable pass-addresses with_addresses 20261101000000Z 20270129235959Z
revocable pass-no-revocation-available without_revocation 20261101000000Z 20270129235959Z
revocable pass-seven-days leaf 20261120000000Z 20261127000000Z
cp "$work/root.pem" revocation/pass-root/root.crt
revocation_list sha384 20261101000000Z 20261201000000Z root revocation/pass-list-in-force/root.crl 1002
revocable fail-nothing-said leaf 20261101000000Z 20270129235959Z
revocable fail-addresses-that-nobody-can-ask with_unusable_addresses 20261101000000Z 20270129235959Z
revocable fail-revoked with_addresses 20261101000000Z 20270129235959Z
revocation_list sha384 20261101000000Z 20261201000000Z root revocation/fail-revoked/root.crl 1001
revocation_list sha384 20261001000000Z 20261101000000Z root revocation/fail-list-past-its-next-update/root.crl

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
openssl rsa -in "$work/rsa2048.key" -traditional -aes256 -passout pass:example 2>"$work/log" \
  -out plaintext-key/fail-pem-encryption/server.key
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:example -in "$work/p256.key" -out plaintext-key/fail-pkcs12-scheme/server.key
openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout pass:example -in "$work/p256.key" \
  -out plaintext-key/fail-strong-passphrase/server.key
openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 2048 -passout pass:example -in "$work/p256.key" \
  -out plaintext-key/fail-few-iterations/server.key
{ printf 'apiVersion: v1\nkind: ConfigMap\ndata:\n  server.key: |\n'
  sed 's/^/    /' "$work/p256.key"; } >plaintext-key/fail-indented-in-yaml/config.yaml
