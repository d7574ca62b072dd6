//! Tests that a block is found however it is embedded, and that its span is exact: from the first dash to the last.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyreeve_facts::{Identity, Reading};

use crate::material::tools::{may_hold, openssl, openssl_text, problem_spans, read};

struct Pair {
    certificate: String,
    key: String,
    identities: [Identity; 2],
}

/// A certificate and its key in PEM, without the last line break.
fn pair() -> Pair {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out {path}"));
    let request = format!("req -x509 -new -key {path} -subj /CN=www.example.org -days 30");
    let certificate = openssl_text(&request).trim_end().to_owned();
    let key = openssl_text(&format!("pkey -in {path}")).trim_end().to_owned();
    let identities = [identity(&read(certificate.as_bytes())), identity(&read(key.as_bytes()))];
    Pair { certificate, key, identities }
}

fn identity(reading: &Reading) -> Identity {
    let mut places = reading.facts.certificates.places().iter().chain(reading.facts.keys.places());
    places.next().unwrap().identity.clone()
}

/// Asserts that both are read from the text without a problem, each from BEGIN to END, and that no frame shows a
/// secret.
fn assert_found(text: &str, pair: &Pair) {
    let reading = read(text.as_bytes());
    assert!(reading.problems.is_empty(), "{:?}\n{text}", reading.problems);
    let places = [reading.facts.certificates.places(), reading.facts.keys.places()];
    for (places, identity) in places.iter().zip(&pair.identities) {
        assert_eq!(places.len(), 1, "{text}");
        assert_eq!(&places[0].identity, identity, "{text}");
    }
    let label = ["CERTIFICATE", "PRIVATE KEY"];
    for (places, label) in places.iter().zip(label) {
        let home = &text[places[0].home.span.range()];
        assert!(home.starts_with(&format!("-----BEGIN {label}-----")), "{home}");
        assert!(home.ends_with(&format!("-----END {label}-----")), "{home}");
    }
    let key = &reading.facts.keys.places()[0];
    let begin = &text[key.parts[&("protection", None)].span.range()];
    assert_eq!(begin, "-----BEGIN PRIVATE KEY-----");
    let inner = reading.secrets[0].1;
    assert!(key.home.span.contains(inner));
    assert_eq!(&text[key.home.span.start as usize..inner.start as usize], begin);
    assert_eq!(&text[inner.end as usize..key.home.span.end as usize], "-----END PRIVATE KEY-----");
}

fn indented(pem: &str, before: &str) -> String {
    pem.lines().map(|line| format!("{before}{line}\n")).collect()
}

#[test]
fn blocks_are_found_in_every_kind_of_text() {
    let pair = pair();
    let Pair { certificate, key, .. } = &pair;
    let escape = |text: &str, with: &str| text.replace('\n', with);
    let texts = [
        format!("{certificate}\n{key}\n"),
        format!("Certificate:\n    Data: of www.example.org\n{certificate}\n\nand its key\n{key}"),
        format!("tls:\n  cert: |\n{}  key: |-\n{}  name: x\n", indented(certificate, "    "), indented(key, "\t  ")),
        format!(r#"{{"cert": "{}\n", "key": "{}\n"}}"#, escape(certificate, "\\n"), escape(key, "\\n")),
        format!(r#"{{"cert": "{}", "key": "{}"}}"#, escape(certificate, "\\r\\n"), escape(key, "\\r\\n")),
        format!(r#"{{"all": "{}"}}"#, escape(&format!("{certificate}\n{key}\n").replace('/', "\\/"), "\\n")),
        format!(
            r#"{{"all": "{}"}}"#,
            escape(&format!("{certificate}\n{key}\n").replace('+', "\\u002B").replace('=', "\\u003d"), "\\u000a")
        ),
        format!(r#""{{\"cert\": \"{}\", \"key\": \"{}\"}}""#, escape(certificate, "\\\\n"), escape(key, "\\\\n")),
        format!("CERT=\"{}\"\nKEY='{key}'\n", escape(certificate, "\\n")),
        format!("CERT=\"{}\" KEY={}", escape(certificate, " "), escape(key, " ")),
        escape(&format!("{certificate}\n{key}\n"), "\r\n"),
        escape(&format!("{certificate}\n{key}\n"), "\r"),
        format!("{certificate}{key}"),
        format!("{}{}", indented(certificate, "# "), indented(key, "> ")),
        format!("{}{}", indented(certificate, "// "), indented(key, "+")),
        indented(&format!("{certificate}\n{key}"), " * "),
        source_string(&format!("{certificate}\n{key}"), "const char *pem =\n  ", "\n  ", ";"),
        source_string(&format!("{certificate}\n{key}"), "pem = (b", "\n       b", ")"),
        source_string(certificate, "s := ", " +\n\t", "\n") + &source_string(key, "k := ", " +\n\t", "\n"),
        format!("[{}, {}]", json_lines(certificate), json_lines(key)),
        format!("key <<-EOT\n{}EOT\n${{cert}}\n\"-----BEGIN CERTIFICATE-----\" {certificate}", indented(key, "    ")),
    ];
    for text in &texts {
        assert_found(text, &pair);
    }
}

/// The lines as string literals that a program joins.
fn source_string(pem: &str, before: &str, between: &str, after: &str) -> String {
    let lines: Vec<String> = pem.lines().map(|line| format!("\"{line}\\n\"")).collect();
    format!("{before}{}{after}", lines.join(between))
}

fn json_lines(pem: &str) -> String {
    let lines: Vec<String> = pem.lines().map(|line| format!("\"{line}\"")).collect();
    lines.join(", ")
}

#[test]
fn base64_of_pem_is_read_and_all_of_it_is_secret() {
    let pair = pair();
    let both = format!("{}\n{}\n", pair.certificate, pair.key);
    let fold = |text: &str| {
        text.as_bytes().chunks(76).map(|line| format!("\n    {}", String::from_utf8_lossy(line))).collect::<String>()
    };
    for before in ["", "\n", "Bag Attributes: none\n", "ab"] {
        let once = STANDARD.encode(format!("{before}{both}"));
        let twice = STANDARD.encode(format!("users:\n- user:\n    client-key-data: {once}\n"));
        for run in [once.clone(), fold(&once), twice] {
            for after in ["\nkind: Secret\n", "\nEOF\n", "", "\"\n"] {
                let text = format!("data:\n  tls.crt: {run}{after}");
                let reading = read(text.as_bytes());
                assert!(reading.problems.is_empty(), "{:?}", reading.problems);
                let places = [reading.facts.certificates.places(), reading.facts.keys.places()];
                for (places, identity) in places.iter().zip(&pair.identities) {
                    assert_eq!(places.len(), 1, "{before:?} {after:?} {text}");
                    assert_eq!(&places[0].identity, identity);
                    assert_eq!(&text[places[0].home.span.range()], run.trim_start(), "{before}{after}");
                }
                assert_eq!(reading.secrets[0].1, reading.facts.keys.places()[0].home.span);
            }
        }
    }
}

#[test]
fn utf_16_is_read_at_the_places_where_it_stands() {
    let pair = pair();
    let text = format!("é\n{}\n{}\n", pair.certificate, pair.key);
    for (mark, bytes) in [(0xfeff_u16, u16::to_le_bytes as fn(u16) -> [u8; 2]), (0xfeff, u16::to_be_bytes)] {
        let wide: Vec<u8> = std::iter::once(mark).chain(text.encode_utf16()).flat_map(bytes).collect();
        assert!(may_hold(&wide));
        let reading = read(&wide);
        let home = reading.facts.keys.places()[0].home.span;
        let wide_key: Vec<u8> = pair.key.encode_utf16().flat_map(bytes).collect();
        assert_eq!(&wide[home.range()], wide_key);
        assert_eq!(reading.facts.certificates.places()[0].identity, pair.identities[0]);
    }
}

#[test]
fn headers_and_trailers_are_no_part_of_the_body() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out {path}"));
    let encrypted = openssl_text(&format!("rsa -in {path} -traditional -aes256 -passout pass:x"));
    let forms = [
        encrypted.clone(),
        encrypted.replace('\n', "\r\n"),
        indented(&encrypted, "      "),
        format!("{{\"key\": \"{}\"}}", encrypted.replace('\n', "\\n")),
        format!("{{\"key\": \"{}\"}}", encrypted.replace('\n', "\\r\\n")),
    ];
    for text in forms {
        let reading = read(text.as_bytes());
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let encryption = reading.facts.keys.facts()[0].encryption.clone().unwrap();
        assert_eq!((encryption.scheme.as_str(), encryption.cipher.as_str()), ("PEM", "aes-256-cbc"));
    }
    let pair = pair();
    std::fs::write(folder.path().join("cert"), format!("{}\n", pair.certificate)).unwrap();
    let certificate = folder.path().join("cert").display().to_string();
    let trusted = openssl_text(&format!("x509 -in {certificate} -addtrust serverAuth -setalias friend -trustout"));
    assert!(trusted.starts_with("-----BEGIN TRUSTED CERTIFICATE-----"));
    assert_eq!(identity(&read(trusted.as_bytes())), pair.identities[0]);
}

#[test]
fn who_only_speaks_of_pem_is_left_alone() {
    let texts = [
        "const BEGIN: &str = \"-----BEGIN CERTIFICATE-----\";\nconst END: &str = \"-----END CERTIFICATE-----\";\n",
        "if line == '-----BEGIN PRIVATE KEY-----' { read_private_key_from_the_following_lines(certificateChainAndKey) }",
        "text: -----BEGIN RSA PRIVATE KEY----- and -----END RSA PRIVATE KEY----- mark the key",
        "-----BEGIN PRIVATE KEY-----\n{{ .Values.privateKey }}\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n...\n-----END CERTIFICATE-----",
        "\"-----BEGIN CERTIFICATE-----\\n\" + base64EncodedCertificateFromTheDatabase() + \"\\n-----END CERTIFICATE-----\"",
        "grep -e '-----BEGIN .* PRIVATE KEY-----' -r .",
        "-----BEGIN DH PARAMETERS-----\nMIGHAoGBAJ\n-----END DH PARAMETERS-----",
        "tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t...",
        "HostKeyAlgorithms ssh-rsa \nPubkeyAcceptedAlgorithms ssh-ed25519 ,ssh-rsa AAAA",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7vbqajDRnBzfyZpt8jEBPrEE... user@host",
    ];
    for text in texts {
        let reading = read(text.as_bytes());
        assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
        assert!(reading.facts.keys.is_empty() && reading.facts.certificates.is_empty());
    }
}

#[test]
fn a_block_that_is_broken_is_a_problem_at_its_place_and_the_next_one_is_read() {
    let pair = pair();
    let key = &pair.key;
    let cut: String = key.lines().take(2).map(|line| format!("{line}\n")).collect();
    let other = key.replace("END PRIVATE", "END PUBLIC");
    let foreign = format!("{}*{}", &key[..50], &key[51..]);
    let padded = format!("{}=={}", &key[..50], &key[52..]);
    let unknown = key.replace("PRIVATE KEY", "FANCY PRIVATE KEY").replace("MIG", "AAA");
    let shorter = key.replacen("MIGHAgEAMBMG", "MIGHAgEAMBMGMBMG", 1);
    let cases = [
        (&cut, "the block PRIVATE KEY has no END line", 0..27),
        (&other, "the block PRIVATE KEY ends with the label PUBLIC KEY", 0..27),
        (&foreign, "the body of the block PRIVATE KEY is not base64 here", 50..51),
        (&padded, "the base64 of the block PRIVATE KEY is cut off, or has padding inside", 27..key.len() - 25),
        (&unknown, "FANCY PRIVATE KEY: a private key of a form that is not known", 0..unknown.len()),
        (&shorter, "the block PRIVATE KEY cannot be read: its DER is that of no key", 0..shorter.len()),
    ];
    for (broken, message, range) in cases {
        let text = format!("{broken}\n{}\n", pair.certificate);
        let reading = read(text.as_bytes());
        let messages: Vec<&str> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, [message]);
        let span = problem_spans(&reading).next().unwrap();
        assert_eq!(span.range(), range, "{message}");
        assert_eq!(reading.facts.certificates.len(), 1);
        let body = keyreeve_source::Span::new(text.find('\n').unwrap(), text.find('\n').unwrap() + 30);
        assert!(reading.secrets.iter().any(|(_, secret)| secret.contains(body)), "{message}");
    }
}
