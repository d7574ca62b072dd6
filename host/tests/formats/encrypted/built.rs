//! Tests of formats whose programs are not available: files are built here by the specification that each test names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::encrypted::workshop::{problems, read, said};

const NOTHING: [&str; 0] = [];

/// A packet of OpenPGP in the new form (RFC 9580, section 4.2.1).
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[0xc0 | tag, body.len() as u8][..], body].concat()
}

#[test]
fn openpgp_states_its_cipher_where_the_data_packet_has_one() {
    // RFC 9580, sections 5.13.2 and 5.1.2; the packet 20 of GnuPG (draft-ietf-openpgp-rfc4880bis, section 5.16).
    let session = packet(1, &[&[6, 21, 4][..], &[0xab; 20], &[25, 0, 0]].concat());
    let data = packet(18, &[&[2, 9, 3, 6][..], &[7; 32], &[1; 40]].concat());
    let recipient = format!("PGP 0x{}", "AB".repeat(20));
    let line = |rest: &str| [format!("PGP message for 1 recipient: {rest} authenticated; for {recipient}")];
    assert_eq!(said("a.gpg", &[&session[..], &data].concat()), line("aes-256-gcm 256"));
    let data = packet(20, &[&[1, 8, 2, 16][..], &[7; 15], &[1; 40]].concat());
    assert_eq!(said("a.gpg", &[&session[..], &data].concat()), line("aes-192-ocb 192"));
    // A passphrase of version 6 by Argon2 (sections 5.3.2 and 3.7.1.4): t 3, p 4, m 21.
    let body = [&[6, 30, 9, 3, 20, 4][..], &[5; 16], &[3, 4, 21], &[6; 12], &[7; 48]].concat();
    let data = packet(18, &[&[2, 9, 1, 6][..], &[7; 32], &[1; 40]].concat());
    let expected = "PGP message under a passphrase: aes-256-eax 256 authenticated; Argon2id 3; for passphrase";
    assert_eq!(said("a.gpg", &[packet(3, &body), data].concat()), [expected]);
    // Version 4 without a session key after the specifier: the passphrase itself makes the key of that cipher.
    let body = [&[4, 9, 4][..], &[5; 16], &[3, 4, 21]].concat();
    let data = packet(18, &[&[1][..], &[1; 40]].concat());
    let expected = "PGP message under a passphrase: aes-256-cfb 256 authenticated; Argon2id 3; for passphrase";
    assert_eq!(said("a.gpg", &[packet(3, &body), data].concat()), [expected]);
}

#[test]
fn openpgp_without_protection_of_integrity_is_not_authenticated() {
    // RFC 4880, sections 5.1 and 5.7, with old packet headers.
    let session = [&[0x84, 14, 3][..], &[0; 8], &[1, 0, 8, 0xff, 0]].concat();
    let data = [&[0xa4, 20][..], &[1; 20]].concat();
    let expected = "PGP message for 1 recipient: 0; for PGP 0x0000000000000000; unknown cipher, key-bits";
    assert_eq!(said("a.bin", &[session, data].concat()), [expected]);
}

#[test]
fn bytes_that_begin_like_openpgp_are_nothing_without_what_follows() {
    for bytes in
        [&[0x85, 1, 12, 3][..], &[0xc1, 12, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 8], &[0xd2, 0xff], &[0x8c, 4, 9, 9, 9, 9]]
    {
        assert!(!keyreeve_material::encrypted::recognises("image.bin", bytes), "{bytes:?}");
    }
}

#[test]
fn keepass_of_every_version_says_its_cipher_and_derivation() {
    // KDB (keepass.info, KDB file format): signatures, flags, version, seed, IV, counts, hash, seed, rounds.
    let kdb = |flags: u32| {
        let rounds = 60_000u32.to_le_bytes();
        [&b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5"[..], &flags.to_le_bytes(), &[0; 4 + 16 + 16 + 4 + 4 + 32 + 32], &rounds]
            .concat()
    };
    let line = |rest: &str| [format!("KeePass database under a passphrase: {rest}; for passphrase")];
    assert_eq!(said("a.kdb", &kdb(3)), line("aes-256-cbc 256; AES-KDF 60000"));
    assert_eq!(said("a.kdb", &kdb(9)), line("twofish-256-cbc 256; AES-KDF 60000"));
    // KDBX 3.1 (KeePassLib, KdbxFile): fields of kind, length in two bytes, value.
    let field = |kind: u8, value: &[u8]| [&[kind, value.len() as u8, 0][..], value].concat();
    let cipher = b"\x31\xc1\xf2\xe6\xbf\x71\x43\x50\xbe\x58\x05\x21\x6a\xfc\x5a\xff";
    let begin = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\x01\0\x03\0";
    let kdbx = [&begin[..], &field(2, cipher), &field(6, &6000u64.to_le_bytes()), &field(0, b"\r\n\r\n")].concat();
    assert_eq!(said("a.kdbx", &kdbx), line("aes-256-cbc 256; AES-KDF 6000"));
    assert_eq!(problems("a.kdbx", &begin[..]), ["the encrypted data cannot be read: it is cut off"]);
}

#[test]
fn a_bitlocker_volume_says_its_method_in_the_metadata() {
    // libbde, BitLocker Drive Encryption format, sections 2.2 and 4: header of Windows 7 and later, FVE metadata block
    // and header.
    let volume = |method: u16| {
        let mut volume = vec![0; 4096];
        volume[..11].copy_from_slice(b"\xeb\x58\x90-FVE-FS-");
        volume[176..184].copy_from_slice(&1024u64.to_le_bytes());
        volume[1024..1032].copy_from_slice(b"-FVE-FS-");
        volume[1024 + 100..1024 + 102].copy_from_slice(&method.to_le_bytes());
        // 2026-01-01 as FILETIME.
        volume[1024 + 104..1024 + 112].copy_from_slice(&134_116_992_000_000_000u64.to_le_bytes());
        volume
    };
    for (method, expected) in [
        (0x8000, "aes-128-cbc 128"),
        (0x8003, "aes-256-cbc 256"),
        (0x8004, "aes-128-xts 256"),
        (0x8005, "aes-256-xts 512"),
    ] {
        assert_eq!(said("disk.img", &volume(method)), [format!("BitLocker volume: {expected}")]);
    }
    let reading = read("disk.img", &volume(0x8005));
    assert_eq!(reading.facts.encrypted_data.facts()[0].encrypted_at, Some(1_767_225_600));
    assert_eq!(
        problems("disk.img", &volume(0x8005)[..512]),
        ["the encrypted data cannot be read: its metadata are not in this file"]
    );
}

#[test]
fn folders_of_encfs_and_cryptomator_are_told_by_their_files() {
    // EncFS 1.9, FileUtils.cpp, and what it writes.
    let encfs = |cipher: &str, bits: u32, mac: u32| {
        format!(
            "<?xml version=\"1.0\"?><boost_serialization><cfg class_id=\"0\"><cipherAlg class_id=\"1\"><name>{cipher}</name></cipherAlg>\
             <keySize>{bits}</keySize><blockMACBytes>{mac}</blockMACBytes><kdfIterations>153923</kdfIterations></cfg></boost_serialization>"
        )
    };
    let line =
        |rest: &str| [format!("EncFS folder under a passphrase: {rest}; PBKDF2 hmacWithSHA1 153923; for passphrase")];
    assert_eq!(said(".encfs6.xml", encfs("ssl/aes", 256, 8).as_bytes()), line("aes-256-cbc 256 authenticated"));
    assert_eq!(said("x/.encfs6.xml", encfs("ssl/blowfish", 160, 0).as_bytes()), line("bf-160-cbc 160"));
    assert_eq!(problems(".encfs6.xml", b"<x/>"), ["the encrypted data cannot be read: it names no cipher"]);
    // Cryptomator, vault format 8.
    let key = br#"{"version":999,"scryptSalt":"AAAAAAAAAAA=","scryptCostParam":32768,"scryptBlockSize":8,"primaryMasterKey":"YQ==","hmacMasterKey":"YQ==","versionMac":"YQ=="}"#;
    let expected =
        "Cryptomator master key under a passphrase: id-aes256-wrap 256 authenticated; scrypt 32768; for passphrase";
    assert_eq!(said("masterkey.cryptomator", key), [expected]);
    let payload = STANDARD.encode(br#"{"format":8,"shorteningThreshold":220,"jti":"x","cipherCombo":"SIV_GCM"}"#);
    let vault =
        format!("eyJraWQiOiJtYXN0ZXJrZXlmaWxlOm1hc3RlcmtleS5jcnlwdG9tYXRvciJ9.{}.c2ln", payload.trim_end_matches('='));
    assert_eq!(said("vault.cryptomator", vault.as_bytes()), ["Cryptomator vault: aes-256-gcm 256 authenticated"]);
}

#[test]
fn a_sealed_secret_is_one_by_its_kind() {
    // Bitnami sealed-secrets, docs and pkg/crypto: each value is hybrid, AES-256-GCM under RSA-OAEP.
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq\n";
    let line = "SealedSecret for 1 recipient: aes-256-gcm 256 authenticated; for the controller's RSA key";
    assert_eq!(said("a.yaml", sealed.as_bytes()), [line]);
    assert_eq!(said("all.yml", format!("kind: ConfigMap\n---\n{sealed}---\n{sealed}").as_bytes()), [line, line]);
    let definition = "kind: CustomResourceDefinition\nspec:\n  names:\n    kind: SealedSecret\n  # encryptedData\n";
    assert_eq!(said("crd.yaml", definition.as_bytes()), NOTHING);
    assert_eq!(said("notes.md", sealed.as_bytes()), NOTHING);
}

#[test]
fn rails_credentials_do_not_state_the_length_of_their_key() {
    // ActiveSupport::MessageEncryptor with an AEAD: data, IV of 12 bytes, tag of 16.
    let content = [40, 12, 16].map(|length| STANDARD.encode(vec![7; length])).join("--");
    let line = "Rails credentials: 0 authenticated; unknown cipher, key-bits";
    assert_eq!(said("config/credentials.yml.enc", content.as_bytes()), [line]);
    let message = "the encrypted data cannot be read: it is not made of data, IV and tag";
    assert_eq!(problems("config/credentials.yml.enc", &content.as_bytes()[..50]), [message]);
}

#[test]
fn dotenvx_values_are_ecies_for_the_key_that_the_file_names() {
    // dotenvx, and eciesjs with its defaults: an uncompressed point, nonce and tag of 16 bytes, data.
    let value = |first: u8| STANDARD.encode([&[first][..], &[9; 64 + 16 + 16 + 5]].concat());
    let key = format!("03{}", "ab".repeat(32));
    let file =
        format!("DOTENV_PUBLIC_KEY=\"{key}\"\nA=\"encrypted:{}\"\nB=encrypted:{}\nPLAIN=1\n", value(4), value(4));
    let line = format!("dotenvx value for 1 recipient: aes-256-gcm 256 authenticated; for secp256k1 {key}");
    assert_eq!(said(".env", file.as_bytes()), [line.as_str(), line.as_str()]);
    assert_eq!(said(".env", format!("A=encrypted:{}\nB=encrypted:yes\n", value(5)).as_bytes()), NOTHING);
}

#[test]
fn a_ciphertext_of_vault_transit_does_not_state_its_cipher() {
    // HashiCorp Vault, transit secrets engine.
    let text = format!("db: vault:v12:{}\n", STANDARD.encode([8; 40]));
    let line =
        "Vault transit ciphertext for 1 recipient: 0 authenticated; for Vault transit key; unknown cipher, key-bits";
    assert_eq!(said("a.yaml", text.as_bytes()), [line]);
    for mention in ["vault:v1:abc", "vault:version:1", "hashicorp-vault:v1.2", "image: vault:v1:0"] {
        assert_eq!(said("a.yaml", mention.as_bytes()), NOTHING, "{mention}");
    }
}

#[test]
fn an_encrypted_keyset_of_tink_does_not_state_its_cipher() {
    // Tink, proto/tink.proto, EncryptedKeyset in JSON.
    let text = r#"{"encryptedKeyset":"ARjRo4jq","keysetInfo":{"primaryKeyId":1,"keyInfo":[{"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","status":"ENABLED","keyId":1,"outputPrefixType":"TINK"}]}}"#;
    let line = "Tink keyset for 1 recipient: 0 authenticated; for key management service; unknown cipher, key-bits";
    assert_eq!(said("keyset.json", text.as_bytes()), [line]);
    assert_eq!(said("app.json", format!("[1, {text}]").as_bytes()), [line]);
}

#[test]
fn the_oldest_cipher_of_ansible_vault_is_told_from_the_current_one() {
    // ansible before 1.5.1, lib/ansible/utils/vault.py.
    let file = format!("$ANSIBLE_VAULT;1.0;AES\n{}\n{}\n", "53".repeat(40), "61".repeat(60));
    let line = "vault value under a passphrase: aes-256-cbc 256; EVP_BytesToKey MD5 1; for passphrase";
    assert_eq!(said("old.yml", file.as_bytes()), [line]);
    let message = "the encrypted data cannot be read: its version or cipher is not known";
    assert_eq!(problems("old.yml", file.replace("1.0;AES", "1.9;ROT13").as_bytes()), [message]);
    assert_eq!(said("README", b"age-encryption.org/v1 is the format of age"), NOTHING);
    assert_eq!(said("docs.md", b"a file begins with `$ANSIBLE_VAULT;1.1;AES256` and digits"), NOTHING);
}

#[test]
fn sops_without_metadata_is_a_problem_in_a_document_and_nothing_in_a_text_about_it() {
    let value = "a: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]\n";
    let message = "the encrypted data cannot be read: it has encrypted values, and no sound metadata of sops";
    assert_eq!(problems("a.yaml", value.as_bytes()), [message]);
    assert_eq!(said("README.md", value.as_bytes()), NOTHING);
    let nobody = format!("{value}sops:\n    mac: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n    age: []\n");
    let message = "the encrypted data cannot be read: its metadata name no recipient";
    assert_eq!(problems("a.yaml", nobody.as_bytes()), [message]);
}

#[test]
fn sops_names_the_key_of_every_service_and_the_oldest_of_them() {
    // sops 3.11, stores/stores.go.
    let file = "a: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]\nsops:\n    \
        kms:\n        - arn: arn:aws:kms:eu-central-1:111122223333:key/a\n          created_at: \"2024-05-06T07:08:09Z\"\n          enc: x\n    \
        gcp_kms:\n        - resource_id: projects/p/locations/global/keyRings/r/cryptoKeys/k\n          created_at: \"2023-05-06T07:08:09Z\"\n          enc: x\n    \
        azure_kv:\n        - vault_url: https://v.vault.azure.net\n          name: k\n          version: \"1\"\n          created_at: \"2025-05-06T07:08:09Z\"\n          enc: x\n    \
        hc_vault:\n        - vault_address: https://vault.example.org\n          engine_path: transit\n          key_name: k\n          created_at: \"tomorrow\"\n          enc: x\n    \
        lastmodified: \"2026-01-02T03:04:05Z\"\n    mac: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n    version: 3.11.0\n";
    let reading = read("a.yaml", file.as_bytes());
    let (item, place) = reading.facts.encrypted_data.iter().next().unwrap();
    let recipients = [
        "AWS KMS arn:aws:kms:eu-central-1:111122223333:key/a",
        "GCP KMS projects/p/locations/global/keyRings/r/cryptoKeys/k",
        "Azure Key Vault https://v.vault.azure.net/keys/k",
        "Vault transit https://vault.example.org transit/k",
    ];
    assert_eq!(item.recipients, recipients);
    assert_eq!((item.encrypted_at, item.key_created), (Some(1_767_323_045), Some(1_683_356_889)));
    assert_eq!(item.unknown[0].field, "key-created");
    assert_eq!(&file[place.parts[&("key-created", None)].span.range()], "\"2023-05-06T07:08:09Z\"");
}

#[test]
fn two_formats_in_one_file_are_both_read_and_a_broken_one_hides_none() {
    let token = "vault:v1:CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICA==";
    let broken = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YyCi0+IFgyNTUxOSBldTUzSjZHc3RIMlFrMFo3\n-----END AGE ENCRYPTED FILE-----\n";
    let reading = read("a.yaml", format!("a: {token}\nb: |\n{broken}\nc: {token}\n").as_bytes());
    assert_eq!(reading.facts.encrypted_data.len(), 2);
    let messages: Vec<_> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the encrypted data cannot be read: its version of the age format is not known"]);
}
