//! Tests of archives that zip, 7z and pyzipper write, compared with the output of `7z l -slt`.

use crate::encrypted::workshop::Workshop;

const TRADITIONAL: &str = "ZIP archive under a passphrase: zipcrypto 96; for passphrase";
const SEVEN_ZIP: &str = "7z archive under a passphrase: aes-256-cbc 256; SHA256 524288; for passphrase";

fn aes(bits: u32) -> String {
    format!(
        "ZIP archive under a passphrase: aes-{bits}-ctr {bits} authenticated; PBKDF2 hmacWithSHA1 1000; for passphrase"
    )
}

#[test]
fn a_zip_archive_says_the_cipher_of_its_entries() {
    let Some(shop) = Workshop::with(&["zip", "7z"]) else { return };
    shop.run(
        "seq 1000 >a; seq 9 >b; zip -q plain.zip a b; zip -q -P x old.zip a b
         7z a -tzip -mem=AES256 -px new.zip a b >/dev/null; 7z a -tzip -mem=AES128 -px small.zip a >/dev/null
         cp plain.zip mixed.zip; cp a c; zip -q -P x mixed.zip c; 7z a -tzip -mem=AES192 -px mixed.zip b >/dev/null
         { cat old.zip; seq 10; } >trailing.zip; { echo '#!/bin/sh'; cat plain.zip; } >self-extracting",
    );
    assert_eq!(shop.said("plain.zip"), [] as [String; 0]);
    assert_eq!(shop.said("self-extracting"), [] as [String; 0]);
    assert_eq!(shop.said("old.zip"), [TRADITIONAL]);
    assert_eq!(shop.said("trailing.zip"), [TRADITIONAL]);
    assert_eq!(shop.said("new.zip"), [aes(256)]);
    assert_eq!(shop.said("small.zip"), [aes(128)]);
    assert_eq!(shop.said("mixed.zip"), [TRADITIONAL.to_owned(), aes(192)]);
    for (file, method) in
        [("old.zip", "ZipCrypto"), ("new.zip", "AES-256"), ("small.zip", "AES-128"), ("mixed.zip", "AES-192")]
    {
        assert!(shop.run(&format!("7z l -slt {file}")).contains(method), "{file}");
    }
}

#[test]
fn a_7z_archive_is_encrypted_or_not_with_and_without_its_header() {
    let Some(shop) = Workshop::with(&["7z"]) else { return };
    shop.run(
        "seq 1000 >a; seq 9 >b; exec >/dev/null
         7z a plain.7z a b; 7z a -px file.7z a b; 7z a -px -mhe=on header.7z a b; 7z a -px -m0=Copy stored.7z a
         7z a -px -mhc=off open.7z a b; 7z a empty.7z -r 'none*' || true",
    );
    assert_eq!(shop.said("plain.7z"), [] as [String; 0]);
    for file in ["file.7z", "header.7z", "stored.7z", "open.7z"] {
        assert_eq!(shop.said(file), [SEVEN_ZIP], "{file}");
        // The cost of the key is a power of two, which 7z prints.
        assert!(shop.run(&format!("7z l -slt -px {file}")).contains("7zAES:19"), "{file}");
    }
}
