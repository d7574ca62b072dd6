//! Tests of keys of which a part seems to be left out but is not, or seems to be there but is not: such a part must not
//! affect the rest. Complete keys are tested in `forms`.

use crate::material::forms::{ec_jwk, only};
use crate::material::tools::{openssl, openssl_text, read};

#[test]
fn members_that_a_json_web_key_does_not_have_leave_nothing_out_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out {path}"));
    let (private, d) = ec_jwk(&path, true);
    let with = |members: &str| format!("{}, {members}}}", private.strip_suffix('}').unwrap());
    let (_, whole) = only(&private);
    for members in [
        r#""k": null, "p": null, "q": null, "dp": null, "n": null, "oth": null"#,
        r#""p": "", "q": "", "n": """#,
        r#""pub": "<omitted>""#,
        r#""priv": 0"#,
        r#""q": "...""#,
    ] {
        let reading = read(with(members).as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len()), (1, 0), "{members}: {:?}", reading.problems);
        assert_eq!(reading.facts.keys.places()[0].spki, whole.spki, "{members}");
        assert_eq!(&with(members)[reading.secrets[0].1.range()], d);
    }
    for elided in ["...", "<private>", "abc…"] {
        let reading = read(private.replace(&d, elided).as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (0, 0, 0), "{elided}");
    }
    // A word in the place of a value is not a secret, in any file.
    for word in ["hmacWithSHA1", "string"] {
        let reading = read(format!(r#"{{"kty":"EC","crv":"P-256","x":"{word}","y":"...","d":"{word}"}}"#).as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (0, 0, 0), "{word}");
    }
    let reading = read(br#"export interface Jwk { kty: "RSA"; n: string; e: string; d?: string }"#);
    assert_eq!((reading.facts.keys.len(), reading.problems), (0, vec![]));
    // Something that is cut off, or does not end, is a problem and not a pass.
    let open = private.strip_suffix('}').unwrap();
    let in_the_middle = &private[..private.find(&d).unwrap() + 14];
    let long = format!("{open}, \"x5c\": [\"{}\"]}}", "A".repeat(70_000));
    for text in [open, in_the_middle, &format!("{{\"keys\": [{open}"), &long] {
        let reading = read(text.as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (0, 1, 1));
        assert!(reading.problems[0].message.contains("is cut off"), "{:?}", reading.problems);
    }
}

#[test]
fn a_body_in_short_lines_or_groups_is_a_body() {
    let pem = openssl_text("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1");
    let (_, whole) = only(&pem);
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for length in [1, 4, 10, 12, 16, 63] {
        for separator in ["\n", " ", "\r\n", "\n  "] {
            let groups: Vec<_> =
                body.as_bytes().chunks(length).map(|group| std::str::from_utf8(group).unwrap()).collect();
            let text = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", groups.join(separator));
            assert_eq!(only(&text).1.spki, whole.spki, "{text}");
        }
    }
    for text in
        ["Bgp routes Announce", "paste the key of your server here please", "Make sure that the key is in here", "..."]
    {
        let reading = read(format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n").as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len()), (0, 0), "{text}");
    }
}
