#!/usr/bin/env bash
# Mints every certificate and key of this folder anew: throw-away ones, which protect nothing anywhere.
# Needs openssl 3, ssh-keygen, age and python3. The dates are fixed, the keys are not: fingerprints change with every run.
# Keys that belong into a vault are kept only if VAULT names a folder for them (`VAULT=/tmp/vault ./mint.sh`).
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
vault=${VAULT:-$work/vault}
mkdir -p "$vault" deploy/production/db/backup office/{archive,camera,payroll}

cat >"$work/ca.cnf" <<'CNF'
[ca]
default_ca = town
[town]
database = $ENV::WORK/index.txt
crlnumber = $ENV::WORK/crlnumber
new_certs_dir = $ENV::WORK
rand_serial = yes
unique_subject = no
copy_extensions = copy
policy = anything
[anything]
organizationName = optional
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF
: >"$work/index.txt"
export WORK=$work

rsa() { openssl genrsa -out "$1" "$2" 2>"$work/log" || { cat "$work/log" >&2; return 1; }; }
ec() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1"; }

# request KEY COMMON-NAME [SUBJECT-ALTERNATIVE-NAMES]: a request on standard output
request() {
  openssl req -new -key "$1" -subj "/O=Code Town/CN=$2" ${3:+-addext "subjectAltName=$3"}
}

# certify EXTENSIONS DIGEST FROM TO ISSUER REQUEST OUT: ISSUER is a name under $work, or `self:KEY`
certify() {
  local by=(-cert "$work/$5.crt" -keyfile "$work/$5.key")
  case $5 in self:*) by=(-selfsign -keyfile "${5#self:}") ;; esac
  openssl ca -batch -notext -config "$work/ca.cnf" -extensions "$1" -md "$2" -startdate "$3" -enddate "$4" \
    "${by[@]}" -in "$6" -out "$work/new.crt" 2>"$work/log" || { cat "$work/log" >&2; return 1; }
  openssl x509 -in "$work/new.crt" -text >"$7"
}

# leaf NAME KEY NAMES FROM TO OUT [ISSUER]: an ordinary server certificate of the town's own authority
leaf() {
  request "$2" "$1" "$3" >"$work/leaf.csr"
  certify leaf sha256 "$4" "$5" "${7:-town}" "$work/leaf.csr" "$6"
}

echo "authorities"
ec "$work/town.key" P-384
request "$work/town.key" "Code Town Root CA" >"$work/town.csr"
certify authority sha384 20240108000000Z 20340107235959Z "self:$work/town.key" "$work/town.csr" "$work/town.crt"
rsa "$work/office.key" 2048
request "$work/office.key" "Code Town Office CA 2012" >"$work/office.csr"
certify authority sha1 20120301000000Z 20320229235959Z "self:$work/office.key" "$work/office.csr" "$work/office.crt"
cat "$work/town.crt" "$work/office.crt" >trust/ca-bundle.pem

echo "production"
ec "$vault/www.key" P-256
leaf www.codetown.example "$vault/www.key" DNS:www.codetown.example,DNS:codetown.example \
  20261005000000Z 20270102235959Z deploy/production/web/tls/www.crt

# The mistake that everybody makes once: the private key lies beside its certificate.
rsa deploy/production/api/tls/api.key 2048
leaf api.codetown.example deploy/production/api/tls/api.key DNS:api.codetown.example \
  20260601000000Z 20270531235959Z deploy/production/api/tls/api.crt

rsa "$work/mail.key" 3072
openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout pass:throw-away \
  -in "$work/mail.key" -out deploy/production/mail/tls/mail.key
leaf mail.codetown.example "$work/mail.key" DNS:mail.codetown.example \
  20260901000000Z 20261129235959Z deploy/production/mail/tls/mail.crt

ec "$work/shop.key" P-256
leaf shop.codetown.example "$work/shop.key" DNS:shop.codetown.example 20261012000000Z 20270109235959Z "$work/shop.crt"
sed "s|@CERTIFICATE@|$(openssl x509 -in "$work/shop.crt" | base64 -w0)|; s|@KEY@|$(base64 -w0 "$work/shop.key")|" \
  >deploy/production/shop/tls-secret.yaml <<'YAML'
# Applied by hand when the shop moved into the cluster, and committed by accident.
apiVersion: v1
kind: Secret
metadata:
  name: shop-tls
  namespace: shop
type: kubernetes.io/tls
data:
  tls.crt: @CERTIFICATE@
  tls.key: @KEY@
YAML

openssl genpkey -algorithm ED25519 -out "$work/webhook.key"
escaped=$(awk '{ printf "%s\\\\n", $0 }' "$work/webhook.key")
sed "s|@KEY@|$escaped|" >deploy/production/worker/.env <<'ENV'
QUEUE_URL=redis://127.0.0.1:6379/0
LOG_LEVEL=info
# Signs what we send to the webhooks of our customers.
WEBHOOK_SIGNING_KEY="@KEY@"
ENV

ec "$work/partner.key" P-384
leaf pay.partner.example "$work/partner.key" DNS:pay.partner.example 20261101000000Z 20270129235959Z "$work/partner.crt"
escaped=$(openssl x509 -in "$work/partner.crt" | awk '{ printf "%s\\\\n", $0 }')
sed "s|@CERTIFICATE@|$escaped|" >deploy/production/api/partners.json <<'JSON'
{
  "partners": [
    {
      "name": "Partner Pay",
      "endpoint": "https://pay.partner.example/v2",
      "certificate": "@CERTIFICATE@"
    }
  ]
}
JSON

echo "deploy key"
rm -f deploy/keys/deploy_ed25519 deploy/keys/deploy_ed25519.pub
ssh-keygen -q -t ed25519 -N "" -C throw-away-deploy-key@codetown.example -f deploy/keys/deploy_ed25519
fingerprint=$(ssh-keygen -lf deploy/keys/deploy_ed25519.pub | cut -d' ' -f2)
sed -i "s|^\( *fingerprint: \"\)SHA256:[^\"]*|\1$fingerprint|" key-inventory.yaml

echo "staging"
ec "$vault/staging.key" P-256
leaf staging.codetown.example "$vault/staging.key" "DNS:*.staging.codetown.example" \
  20260402000000Z 20270401235959Z deploy/staging/web/tls/staging.crt

echo "office"
rsa "$work/printer.key" 1024
request "$work/printer.key" printer.office.codetown.example DNS:printer.office.codetown.example >"$work/printer.csr"
certify leaf sha1 20150520000000Z 20350514235959Z office "$work/printer.csr" office/printer/printer.crt
rsa "$work/intranet.key" 1024
request "$work/intranet.key" intranet.codetown.example DNS:intranet.codetown.example >"$work/intranet.csr"
certify leaf sha1 20170301000000Z 20270228235959Z office "$work/intranet.csr" office/intranet/intranet.crt
ec "$vault/intranet.key" P-256
request "$vault/intranet.key" intranet.codetown.example DNS:intranet.codetown.example >"$work/renewal.csr"
openssl req -in "$work/renewal.csr" -text >office/intranet/renewal.csr
rsa "$work/vpn.key" 2048
openssl rsa -traditional -des3 -passout pass:throw-away -in "$work/vpn.key" -out office/vpn/vpn.key 2>"$work/log"

echo "test fixtures"
rsa tests/fixtures/tls/localhost.key 1024
request tests/fixtures/tls/localhost.key localhost DNS:localhost >"$work/localhost.csr"
certify leaf sha256 20250101000000Z 20341231235959Z "self:tests/fixtures/tls/localhost.key" "$work/localhost.csr" \
  tests/fixtures/tls/localhost.crt

echo "issuing authority and its revocation list"
ec "$work/issuing.key" P-256
request "$work/issuing.key" "Code Town Issuing CA" >"$work/issuing.csr"
certify authority sha256 20240108000000Z 20340107235959Z "self:$work/issuing.key" "$work/issuing.csr" "$work/issuing.crt"
echo 1000 >"$work/crlnumber"
openssl ca -gencrl -config "$work/ca.cnf" -md sha256 -cert "$work/issuing.crt" -keyfile "$work/issuing.key" \
  -crl_lastupdate 20260801000000Z -crl_nextupdate 20260831235959Z -out "$work/issuing.crl" 2>"$work/log"
{ cat "$work/issuing.crt"; openssl crl -in "$work/issuing.crl" -text; } >trust/issuing.pem

echo "backups"
age-keygen -o deploy/production/db/backup/restore.key 2>"$work/log"
sed -i '/^# created:/d' deploy/production/db/backup/restore.key
recipient=$(age-keygen -y deploy/production/db/backup/restore.key)
echo "customers, orders, invoices" | age -r "$recipient" -a >deploy/production/db/backup/nightly.sql.age
openssl enc -aes-256-cbc -pbkdf2 -pass pass:throw-away -in key-inventory.yaml -out office/archive/2019.tar.enc

echo "camera"
# Its firmware takes the next prime behind the first one for the second, so that Fermat's method finds both at once.
python3 - >"$work/camera.cnf" <<'PYTHON'
import secrets

def is_prime(n):
    return all(pow(base, n - 1, n) == 1 for base in (2, 3, 5, 7, 11, 13)) and all(n % p for p in range(3, 2000, 2))

def next_prime(n):
    n |= 1
    while not is_prime(n) or n % 65537 == 1:
        n += 2
    return n

p = next_prime(secrets.randbits(1024) | 3 << 1022)
q = next_prime(p + 2)
d = pow(65537, -1, (p - 1) * (q - 1))
numbers = [0, p * q, 65537, d, q, p, d % (q - 1), d % (p - 1), pow(p, -1, q)]
print("asn1=SEQUENCE:key\n[key]")
for index, number in enumerate(numbers):
    print(f"n{index}=INTEGER:{number:#x}")
PYTHON
openssl asn1parse -genconf "$work/camera.cnf" -noout -out "$work/camera.der"
openssl rsa -inform DER -in "$work/camera.der" -out "$work/camera.key" 2>"$work/log"
leaf camera.office.codetown.example "$work/camera.key" DNS:camera.office.codetown.example \
  20260901000000Z 20261129235959Z office/camera/camera.crt issuing

echo "payroll"
ec "$work/payroll.key" P-256
leaf payroll.codetown.example "$work/payroll.key" DNS:payroll.codetown.example \
  20260901000000Z 20261129235959Z "$work/payroll.crt" issuing
openssl pkcs12 -export -legacy -in "$work/payroll.crt" -inkey "$work/payroll.key" -name payroll -passout pass:throw-away \
  -out office/payroll/payroll.p12
