//! Tests of volumes, folders and repositories that cryptsetup, gocryptfs and git-crypt make, compared with what these
//! say about them.

use crate::encrypted::workshop::Workshop;

#[test]
fn a_luks_header_says_what_luks_dump_says() {
    let Some(shop) = Workshop::with(&["cryptsetup"]) else { return };
    shop.run(
        "f() { name=$1; shift; truncate -s 20M $name; echo -n x | cryptsetup luksFormat -q \"$@\" $name -; }
         f first --type luks1 --pbkdf-force-iterations 1000
         f old --type luks1 -c aes-cbc-essiv:sha256 -s 128 --hash sha1 --pbkdf-force-iterations 1000
         f second --type luks2 --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 32
         f two --type luks2 -s 256 --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 32
         printf x >x; printf y >y
         cryptsetup luksAddKey -q --pbkdf pbkdf2 --hash sha512 --pbkdf-force-iterations 2000 --key-file x two y",
    );
    let line = |rest: &str| format!("{rest}; for passphrase");
    for (name, expected) in [
        ("first", "LUKS1 volume under a passphrase: aes-256-xts 512; PBKDF2 hmacWithSHA256 1000"),
        ("old", "LUKS1 volume under a passphrase: aes-128-cbc 128; PBKDF2 hmacWithSHA1 1000"),
        ("second", "LUKS2 volume under a passphrase: aes-256-xts 512; Argon2id 4"),
        // Of two slots, the one that is cheaper to guess counts.
        ("two", "LUKS2 volume under a passphrase: aes-128-xts 256; PBKDF2 hmacWithSHA512 2000"),
    ] {
        assert_eq!(shop.said(name), [line(expected)], "{name}");
    }
    let dump = shop.run("cryptsetup luksDump two");
    assert!(dump.contains("cipher: aes-xts-plain64") && dump.contains("256 bits") && dump.contains("sha512"), "{dump}");
}

#[test]
fn a_folder_of_gocryptfs_says_its_cipher_and_the_cost_of_scrypt() {
    let Some(shop) = Workshop::with(&["gocryptfs"]) else { return };
    shop.run(
        "f() { mkdir $1; gocryptfs -q -init -extpass 'echo example' \"${@:2}\" $1 >/dev/null; }
         f plain -scryptn 12; f reverse -reverse -scryptn 12; f siv -aessiv -scryptn 11; f chacha -xchacha -scryptn 10",
    );
    let line = |cipher: &str, cost: u32| {
        [format!("gocryptfs folder under a passphrase: {cipher} authenticated; scrypt {cost}; for passphrase")]
    };
    assert_eq!(shop.said("plain/gocryptfs.conf"), line("aes-256-gcm 256", 4096));
    assert_eq!(shop.said("siv/gocryptfs.conf"), line("aes-256-siv 512", 2048));
    assert_eq!(shop.said("chacha/gocryptfs.conf"), line("xchacha20-poly1305 256", 1024));
    assert_eq!(shop.said("reverse/.gocryptfs.reverse.conf"), line("aes-256-siv 512", 4096));
}

#[test]
fn a_file_of_git_crypt_is_told_by_how_it_begins() {
    let Some(shop) = Workshop::with(&["git-crypt", "git"]) else { return };
    shop.run(
        "git init -q .; git-crypt init 2>/dev/null; echo '*.secret filter=git-crypt diff=git-crypt' >.gitattributes
         echo data >a.secret; git add .; git cat-file blob :a.secret >stored; git-crypt export-key key",
    );
    assert_eq!(shop.said("stored"), ["git-crypt file: aes-256-ctr 256 authenticated"]);
    assert_eq!(shop.said("a.secret"), [] as [String; 0]);
    let reading = crate::encrypted::workshop::read("key", &shop.bytes("key"));
    assert_eq!(reading.facts.keys.places()[0].label.as_ref(), "git-crypt key");
    assert_eq!(reading.secrets.len(), 1);
}
