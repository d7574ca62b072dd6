//! Tests of messages that age, gpg, openssl and eyaml write: facts are what the options state, and what the programs'
//! own dumps show.

use crate::encrypted::workshop::{Workshop, problems, said};

#[test]
fn an_age_file_names_its_recipients_binary_and_armored() {
    let Some(shop) = Workshop::with(&["age", "age-keygen", "ssh-keygen"]) else { return };
    shop.run(
        "echo data >plain; age-keygen -o identity 2>/dev/null
         ssh-keygen -q -t ed25519 -N '' -f ed; ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
         age -r $(age-keygen -y identity) -R ed.pub -R rsa.pub -o three.age plain
         age -a -r $(age-keygen -y identity) -o one.age plain; { echo 'see:'; sed 's/^/  /' one.age; } >quoted.yaml",
    );
    // The tag of an SSH key, as age computes it: the first four bytes of its digest.
    let tag = |name: &str| {
        shop.run(&format!(
            "cut -d' ' -f2 {name}.pub | base64 -d | sha256sum | cut -c1-8 | xxd -r -p | base64 | tr -d '=\\n'"
        ))
    };
    let three = format!("X25519, ssh-ed25519 {}, ssh-rsa {}", tag("ed"), tag("rsa"));
    let line =
        |label: &str, recipients: &str| format!("{label}: chacha20-poly1305 128 authenticated; for {recipients}");
    assert_eq!(shop.said("three.age"), [line("age file for 3 recipients", &three)]);
    assert_eq!(shop.said("one.age"), [line("age file for 1 recipient", "X25519")]);
    assert_eq!(shop.said("quoted.yaml"), shop.said("one.age"));
}

#[test]
fn an_age_file_under_a_passphrase_states_the_cost_of_scrypt() {
    let Some(shop) = Workshop::with(&["age", "python3"]) else { return };
    // age reads passphrases from a terminal.
    shop.python(
        "import os, pty, time\n\
         open('plain', 'w').write('data')\n\
         pid, terminal = pty.fork()\n\
         if pid == 0: os.execvp('age', ['age', '-p', '-o', 'file.age', 'plain'])\n\
         for _ in range(2):\n    time.sleep(1); os.write(terminal, b'correct horse\\n')\n\
         try:\n    while os.read(terminal, 1000): pass\n\
         except OSError: pass\n\
         os.waitpid(pid, 0)\n",
    );
    let expected = "age file under a passphrase: chacha20-poly1305 128 authenticated; scrypt 262144; for passphrase";
    assert_eq!(shop.said("file.age"), [expected]);
}

#[test]
fn an_openpgp_message_says_what_list_packets_says() {
    let Some(shop) = Workshop::with(&["gpg"]) else { return };
    shop.run(
        "exec 2>/dev/null; echo data >plain; g='gpg --batch --yes --trust-model always --passphrase x --pinentry-mode loopback'
         $g --passphrase '' --quick-gen-key a@example.org rsa2048 encrypt,sign never
         $g --passphrase '' --quick-gen-key b@example.org future-default default never
         $g -r a@example.org -r b@example.org -o two.gpg -e plain; $g -r b@example.org -a -o one.asc -e plain
         $g -R a@example.org -o hidden.gpg -e plain; cat plain | $g -r a@example.org -e >piped.gpg
         $g -o sym.gpg -c plain; $g -r a@example.org -o both.gpg -c -e plain
         $g --cipher-algo 3DES --s2k-mode 1 --s2k-digest-algo SHA1 -a -o old.asc -c plain
         $g --cipher-algo TWOFISH --s2k-mode 3 --s2k-count 65536 --s2k-digest-algo SHA512 -o twofish.gpg -c plain
         $g -u a@example.org -a -s -o signed.asc plain; $g -u a@example.org -a -b -o detached.asc plain",
    );
    for file in ["two.gpg", "one.asc", "hidden.gpg", "piped.gpg", "both.gpg", "sym.gpg"] {
        let packets = shop.run(&format!("gpg --batch --list-packets --list-only {file} 2>/dev/null || true"));
        let ids = packets.lines().filter(|line| line.starts_with(":pubkey enc packet"));
        let ids: Vec<String> = ids.map(|line| format!("PGP 0x{}", line.rsplit(' ').next().unwrap())).collect();
        let all = shop.said(file);
        let [said] = all.as_slice() else { panic!("{all:?}") };
        assert!(ids.iter().all(|id| said.contains(id)), "{file}: {said}: {packets}");
        assert_eq!(said.matches("PGP 0x").count(), ids.len(), "{file}");
        let is_unknown = said.ends_with("unknown cipher, key-bits");
        assert_eq!(is_unknown, file != "sym.gpg", "{said}");
    }
    let line = |rest: &str| format!("PGP message under a passphrase: {rest}; for passphrase");
    assert_eq!(shop.said("sym.gpg").len(), 1);
    assert!(shop.said("sym.gpg")[0].contains("aes-256-cfb 256 authenticated; S2K-iterated SHA"));
    assert_eq!(shop.said("old.asc"), [line("des-ede3-cfb 168 authenticated; S2K-salted SHA1 1")]);
    assert_eq!(shop.said("twofish.gpg"), [line("twofish-256-cfb 256 authenticated; S2K-iterated SHA512 65536")]);
    assert!(shop.said("signed.asc").is_empty() && shop.said("detached.asc").is_empty());
}

#[test]
fn cms_says_what_openssl_prints_of_it() {
    let Some(shop) = Workshop::with(&["openssl"]) else { return };
    shop.run(
        "exec 2>/dev/null; echo data >plain
         openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.pem -subj /CN=rsa.example
         openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.key -out ec.pem -subj /CN=ec.example
         c='openssl cms -encrypt -in plain'
         $c -aes-256-cbc -out message.eml rsa.pem; $c -aes-256-gcm -outform DER -out gcm.der rsa.pem
         $c -aes-128-cbc -outform PEM -out two.pem rsa.pem ec.pem; $c -des3 -keyid -outform PEM -out keyid.pem rsa.pem
         $c -camellia256 -stream -outform DER -out stream.der rsa.pem
         $c -aes-256-cbc -pwri_password x -outform PEM -out password.pem
         $c -aes-256-cbc -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid 0102 -outform DER -out wrapped.der
         openssl smime -encrypt -aes-192-cbc -in plain -out old.eml rsa.pem
         openssl cms -sign -signer rsa.pem -inkey rsa.key -in plain -outform PEM -out signed.pem
         openssl rc2 -help >/dev/null || true",
    );
    let serial =
        |name: &str| shop.run(&format!("openssl x509 -in {name}.pem -noout -serial")).trim()[7..].to_ascii_lowercase();
    let (rsa, ec) = (serial("rsa"), serial("ec"));
    let significant = |serial: &str| serial.trim_start_matches("00").to_owned();
    let of = |serial: &str, name: &str| format!("certificate {} of CN={name}.example", significant(serial));
    let (rsa, ec) = (of(&rsa, "rsa"), of(&ec, "ec"));
    let key = shop
        .run("openssl x509 -in rsa.pem -noout -ext subjectKeyIdentifier | tail -1 | tr -d ' :\\n'")
        .to_ascii_lowercase();
    let one = "CMS message for 1 recipient";
    for (file, expected) in [
        ("message.eml", format!("{one}: aes-256-cbc 256; for {rsa}")),
        ("old.eml", format!("{one}: aes-192-cbc 192; for {rsa}")),
        ("gcm.der", format!("{one}: aes-256-gcm 256 authenticated; for {rsa}")),
        ("two.pem", format!("CMS message for 2 recipients: aes-128-cbc 128; for {rsa}, {ec}")),
        ("keyid.pem", format!("{one}: des-ede3-cbc 168; for certificate with the key identifier {key}")),
        ("stream.der", format!("{one}: camellia-256-cbc 256; for {rsa}")),
        (
            "password.pem",
            "CMS message under a passphrase: aes-256-cbc 256; PBKDF2 hmacWithSHA1 2048; for passphrase".to_owned(),
        ),
        // The key of 256 bits is wrapped in one of 128.
        ("wrapped.der", format!("{one}: aes-256-cbc 128; for key 0102")),
    ] {
        assert_eq!(shop.said(file), [expected], "{file}");
    }
    assert!(shop.said("signed.pem").is_empty());
    let printed = shop.run("openssl cms -cmsout -print -inform DER -in gcm.der");
    assert!(printed.contains("aes-256-gcm"), "{printed}");
}

#[test]
fn openssl_enc_states_nothing_but_its_salt() {
    let Some(shop) = Workshop::with(&["openssl"]) else { return };
    shop.run(
        "seq 500 >plain; openssl enc -aes-256-cbc -pbkdf2 -k x -in plain -out file; openssl enc -aes-256-cbc -a -pbkdf2 -k x -in plain -out text
         { printf 'PASSWORD='; echo x | openssl enc -aes-256-cbc -a -A -pbkdf2 -k x; } >.env",
    );
    let line =
        "openssl enc ciphertext under a passphrase: 0; for passphrase; unknown cipher, key-bits, kdf, prf, iterations";
    for file in ["file", "text", ".env"] {
        assert_eq!(shop.said(file), [line], "{file}");
    }
    assert_eq!(problems("file", &shop.bytes("file")[..16]), ["the encrypted data cannot be read: it is cut off"]);
}

#[test]
fn eyaml_values_are_cms_for_the_certificate_of_hiera() {
    let Some(shop) = Workshop::with(&["eyaml"]) else { return };
    shop.run(
        "eyaml createkeys >/dev/null 2>&1; eyaml encrypt -q -s data -o string >string.yaml
         { echo '---'; eyaml encrypt -q -s data -l name -o block; } >block.yaml",
    );
    let line = "eyaml value for 1 recipient: aes-256-cbc 256; for certificate 01 of an issuer without a name";
    assert_eq!(shop.said("string.yaml"), [line]);
    assert_eq!(shop.said("block.yaml"), [line]);
    assert!(
        said(
            "README.md",
            b"write `ENC[PKCS7,...]` or ENC[PKCS7,Y22exl+OvjDe+drmik2XEeD3VQtl1uZJXFFF2NnrMXDWx0csyqLB/2NOWefv ..."
        )
        .is_empty()
    );
}
