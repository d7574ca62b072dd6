//! Tests of what programs from PyPI write: sops, ansible-vault, Fernet, JWE, KeePass, the AWS Encryption SDK, and AES
//! in ZIP.

use keyreeve_contract::{EncryptedItem, Role};

use crate::encrypted::workshop::{Workshop, read};

/// A private key in the part of a file that stays in plaintext.
const CLEAR: &str = "plain: |\n  -----BEGIN PRIVATE KEY-----\n  MC4CAQAwBQYDK2VwBCIEIFn4CBFMzUk1bG7sMBi8wyTB+L7Rp0ZUqR0pZzZ4DqVd\n  -----END PRIVATE KEY-----\n";

#[test]
fn sops_is_read_alike_in_every_one_of_its_formats() {
    let Some(shop) = Workshop::with_python(&["age-keygen", "gpg"]) else { return };
    std::fs::write(shop.path().join("part.yaml"), format!("password: x\n{CLEAR}")).unwrap();
    shop.run(
        "exec 2>/dev/null; age-keygen -o identity; gpg --batch --passphrase '' --quick-gen-key a@example.org rsa2048 encrypt,sign never
         age=$(age-keygen -y identity); pgp=$(gpg --list-keys --with-colons | awk -F: '/^fpr/{print $10; exit}')
         printf 'a: 1\\nb: [x, y]\\n' >a.yaml; echo '{\"a\":1}' >a.json; printf 'A=1\\n' >a.env; printf '[x]\\na=1\\n' >a.ini; echo x >a.bin
         for file in a.*; do sops --disable-version-check encrypt --age $age --pgp $pgp $file >enc-$file; done
         sops encrypt --age $age --encrypted-regex '^password$' -i part.yaml
         printf 'creation_rules:\\n  - key_groups:\\n      - age: [%s]\\n      - pgp: [%s]\\n' $age $pgp >.sops.yaml
         cp a.yaml groups.yaml; sops encrypt -i groups.yaml",
    );
    let age = shop.run("age-keygen -y identity");
    let pgp = shop.run("gpg --list-keys --with-colons 2>/dev/null | awk -F: '/^fpr/{print $10; exit}'");
    let (age, pgp) = (age.trim(), format!("PGP 0x{}", pgp.trim()));
    for file in ["enc-a.yaml", "enc-a.json", "enc-a.env", "enc-a.ini", "enc-a.bin", "groups.yaml"] {
        let reading = read(file, &shop.bytes(file));
        let (item, place) = reading.facts.encrypted_data.iter().next().unwrap();
        let text = String::from_utf8(shop.bytes(file)).unwrap();
        // The times and recipients stand where the fact says.
        let at = |field, position| &text[place.parts[&(field, position)].span.range()];
        assert_eq!(time(at("encrypted-at", None)), item.encrypted_at, "{file}");
        assert_eq!(time(at("key-created", None)), item.key_created, "{file}");
        // In INI files sops writes them in any order.
        assert!(
            item.recipients == [age, &pgp] || item.recipients == [pgp.as_str(), age],
            "{file}: {:?}",
            item.recipients
        );
        for (position, recipient) in (0..).zip(&item.recipients) {
            let bare = recipient.trim_start_matches("PGP 0x");
            assert_eq!(at("recipients", Some(position)).trim_matches('"'), bare, "{file}");
        }
        assert_eq!((item.cipher.as_str(), item.key_bits, item.authenticated), ("aes-256-gcm", 256, true), "{file}");
    }
    let part = read("part.yaml", &shop.bytes("part.yaml"));
    let (item, place) = part.facts.encrypted_data.iter().next().unwrap();
    assert_eq!((&*place.label, item.key_created), ("sops file for 1 recipient", None));
    let found = keyreeve_material::scan::read(
        keyreeve_source::SourceId(0),
        &keyreeve_source::Source::new("part.yaml", None, shop.bytes("part.yaml")),
    );
    // Beside the recipient, which is a key, too.
    let roles: Vec<Role> = found.facts.keys.facts().iter().map(|key| key.role).collect();
    assert_eq!(roles, [Role::Private, Role::Public], "the half in clear is read as any file");
}

fn time(text: &str) -> Option<i64> {
    Some(text.trim_matches('"').parse::<jiff::Timestamp>().unwrap().as_second())
}

#[test]
fn ansible_vault_files_and_inline_values_are_read() {
    let Some(shop) = Workshop::with_python(&[]) else { return };
    shop.run(
        "printf x >word; echo a >first; echo b >named; ansible-vault encrypt --vault-password-file word first 2>/dev/null
         ansible-vault encrypt --vault-id prod@word --encrypt-vault-id prod named 2>/dev/null
         value() { echo $1 | ansible-vault encrypt_string --vault-password-file word --stdin-name $1 2>/dev/null; echo; }
         { value a; value b; } >two.yaml; { cat two.yaml; value c; value d; } >four.yaml",
    );
    let rest = "aes-256-ctr 256 authenticated; PBKDF2 hmacWithSHA256 10000; for passphrase";
    let line = |label: &str| format!("{label} under a passphrase: {rest}");
    assert_eq!(shop.said("first"), [line("vault value")]);
    assert_eq!(shop.said("named"), [format!("vault value for 1 recipient: {rest} prod")]);
    assert_eq!(shop.said("two.yaml"), [line("vault value"), line("vault value")]);
    assert_eq!(shop.said("four.yaml"), [line("4 vault values")]);
}

#[test]
fn tokens_and_databases_are_what_their_libraries_were_told_to_write() {
    let Some(shop) = Workshop::with_python(&[]) else { return };
    shop.python(PROGRAM);
    let jwe = |rest: &str| [format!("JWE {rest}")];
    for (file, expected) in [
        ("rsa.jwe", "for 1 recipient: aes-256-gcm 256 authenticated; for RSA-OAEP-256 k1"),
        ("direct.jwe", "for 1 recipient: aes-256-cbc 256 authenticated; for dir"),
        // The key of 256 bits is wrapped in one of 128.
        ("wrapped.jwe", "for 1 recipient: aes-256-gcm 128 authenticated; for A128KW"),
        ("agreed.jwe", "for 1 recipient: aes-128-gcm 128 authenticated; for ECDH-ES+A256KW"),
        (
            "password.jwe",
            "under a passphrase: aes-128-cbc 128 authenticated; PBKDF2 hmacWithSHA256 8192; for passphrase",
        ),
        ("flat.json", "for 1 recipient: aes-256-gcm 256 authenticated; for RSA-OAEP"),
        ("general.json", "for 2 recipients: aes-256-gcm 128 authenticated; for RSA-OAEP, A128KW"),
    ] {
        assert_eq!(shop.said(file), jwe(expected), "{file}");
    }
    assert_eq!(shop.said("signed.jwt"), [] as [String; 0]);
    assert_eq!(shop.said("fernet.env"), ["Fernet token: aes-128-cbc 128 authenticated"]);
    let token = read("fernet.env", &shop.bytes("fernet.env"));
    let EncryptedItem { encrypted_at, .. } = token.facts.encrypted_data.facts()[0];
    assert_eq!(encrypted_at, Some(1_700_000_000));
    for (name, bits) in [("one", 128), ("two", 256)] {
        let line = format!(
            "AWS Encryption SDK message for 1 recipient: aes-{bits}-gcm {bits} authenticated; for acme prod-key"
        );
        assert_eq!(shop.said(&format!("{name}.aws")), [line.as_str()]);
        assert_eq!(shop.said(&format!("{name}.txt")), [line.as_str()]);
    }
    let keepass = "KeePass database under a passphrase: aes-256-cbc 256 authenticated; Argon2d 14; for passphrase";
    assert_eq!(shop.said("database.kdbx"), [keepass]);
    for bits in [128, 192, 256] {
        let said = shop.said(&format!("aes{bits}.zip"));
        assert!(said.len() == 1 && said[0].contains(&format!("aes-{bits}-ctr {bits} authenticated")), "{said:?}");
    }
}

const PROGRAM: &str = r"
import base64, json, time
from cryptography.fernet import Fernet
from jwcrypto import jwe, jwk, jwt
import aws_encryption_sdk, pykeepass, pyzipper
from aws_encryption_sdk.identifiers import AlgorithmSuite, CommitmentPolicy, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

def token(name, alg, enc, key, compact=True, **more):
    made = jwe.JWE(b'payload', json.dumps(dict(alg=alg, enc=enc, **more)), algs=[alg, enc])
    made.add_recipient(key)
    open(name, 'w').write('value = ' * compact + made.serialize(compact) + '\n')

rsa = jwk.JWK.generate(kty='RSA', size=2048)
octets = lambda size: jwk.JWK.generate(kty='oct', size=size)
token('rsa.jwe', 'RSA-OAEP-256', 'A256GCM', rsa, kid='k1')
token('direct.jwe', 'dir', 'A256CBC-HS512', octets(512))
token('wrapped.jwe', 'A128KW', 'A256GCM', octets(128))
token('agreed.jwe', 'ECDH-ES+A256KW', 'A128GCM', jwk.JWK.generate(kty='EC', crv='P-256'))
token('password.jwe', 'PBES2-HS256+A128KW', 'A128CBC-HS256', jwk.JWK.from_password('x'))
token('flat.json', 'RSA-OAEP', 'A256GCM', rsa, False)
several = jwe.JWE(b'payload', json.dumps(dict(enc='A256GCM')), algs=['RSA-OAEP', 'A128KW', 'A256GCM'])
several.add_recipient(rsa, json.dumps(dict(alg='RSA-OAEP')))
several.add_recipient(octets(128), json.dumps(dict(alg='A128KW')))
open('general.json', 'w').write(several.serialize())
signed = jwt.JWT(header={'alg': 'HS256'}, claims={'enc': 'A256GCM'})
signed.make_signed_token(octets(256))
open('signed.jwt', 'w').write(signed.serialize())

open('fernet.env', 'wb').write(b'TOKEN=' + Fernet(Fernet.generate_key()).encrypt_at_time(b'abc', 1700000000) + b'\n')

class Provider(RawMasterKeyProvider):
    provider_id = 'acme'
    def _get_raw_key(self, key_id):
        algorithm = WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING
        return WrappingKey(algorithm, b'k' * 32, EncryptionKeyType.SYMMETRIC)

for name, policy, suite in (
    ('one', CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT, AlgorithmSuite.AES_128_GCM_IV12_TAG16_HKDF_SHA256),
    ('two', CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, None),
):
    client, provider = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy), Provider()
    provider.add_master_key('prod-key')
    message, _ = client.encrypt(source=b'data', key_provider=provider, algorithm=suite)
    open(name + '.aws', 'wb').write(message)
    open(name + '.txt', 'wb').write(b'blob: ' + base64.b64encode(message) + b'\n')

pykeepass.create_database('database.kdbx', password='x')
for bits in (128, 192, 256):
    with pyzipper.AESZipFile('aes%d.zip' % bits, 'w') as archive:
        archive.setpassword(b'x')
        archive.setencryption(pyzipper.WZ_AES, nbits=bits)
        archive.writestr('a', 'data' * 10)
";
